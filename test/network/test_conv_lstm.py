# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The recurrent block against a loop that can be read aloud."""

import numpy as np
import torch

from depthanyevent_ros.network.conv_lstm import ConvLayer, ConvLSTM, RecurrentConvLayer


def conv3x3(x, weight, bias, padding):
    """Convolve [C, h, w] with [O, C, 3, 3], sum by sum."""
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    rows, columns = x.shape[1] - 2, x.shape[2] - 2
    out = np.zeros((len(weight), rows, columns))
    for r in range(rows):
        for c in range(columns):
            window = x[:, r:r + 3, c:c + 3]
            out[:, r, c] = (weight * window).sum((1, 2, 3)) + bias
    return out


def sigmoid(x):
    """Return the logistic function."""
    return 1 / (1 + np.exp(-x))


def numpy_step(block, x, hidden, cell):
    """Do one step of the whole block in float64 NumPy."""
    value = {name: tensor.detach().double().numpy() for name, tensor in block.named_parameters()}
    x = np.maximum(conv3x3(x, value['conv.conv2d.weight'], value['conv.conv2d.bias'], 0), 0)
    gates = conv3x3(np.concatenate([x, hidden]), value['recurrent_block.Gates.weight'],
                    value['recurrent_block.Gates.bias'], 1)
    n = len(hidden)
    in_gate, forget, out, candidate = gates[:n], gates[n:2 * n], gates[2 * n:3 * n], gates[3 * n:]
    cell = sigmoid(forget) * cell + sigmoid(in_gate) * np.tanh(candidate)
    return sigmoid(out) * np.tanh(cell), cell


def test_three_steps_equal_the_loop():
    """Gates in the order in, forget, out, cell; the state is carried."""
    torch.manual_seed(5)
    block = RecurrentConvLayer(4)
    state = (torch.zeros(1, 4, 5, 6), torch.zeros(1, 4, 5, 6))
    hidden, cell = np.zeros((4, 5, 6)), np.zeros((4, 5, 6))
    for _ in range(3):
        x = torch.randn(1, 4, 7, 8)
        state = block(x, state)
        hidden, cell = numpy_step(block, x[0].double().numpy(), hidden, cell)
        np.testing.assert_allclose(state[0][0].detach().numpy(), hidden, atol=1e-6)
        np.testing.assert_allclose(state[1][0].detach().numpy(), cell, atol=1e-6)


def test_the_unpadded_convolution_takes_two_pixels():
    """Each level loses 2 pixels in height and width."""
    assert ConvLayer(2)(torch.zeros(1, 2, 10, 13)).shape == (1, 2, 8, 11)


def test_an_open_forget_gate_keeps_the_cell():
    """With forget 1 and in 0 the cell passes through unchanged."""
    lstm = ConvLSTM(1)
    with torch.no_grad():
        lstm.Gates.weight.zero_()
        lstm.Gates.bias.copy_(torch.tensor([-100., 100., 100., 0.]))
    cell = torch.tensor([[[[0.5]]]])
    hidden, new = lstm(torch.zeros(1, 1, 1, 1), (torch.zeros(1, 1, 1, 1), cell))
    torch.testing.assert_close(new, cell)
    torch.testing.assert_close(hidden, cell.tanh())
