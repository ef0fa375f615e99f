# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT through pycuda and PyTorch in one process, on one GPU."""

import threading

import numpy as np
import pytest
import torch

from depthanyevent_ros.engines.clip import recorded_clip
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.presence import what_is_missing


@pytest.mark.gpu
def test_both_work_in_turn_in_two_threads(make_spec, cache):
    """Step, product, capture, step, close, product: nobody takes the other's context away."""
    for name in ('tensorrt', 'torch_cuda'):
        if what_is_missing(name):
            pytest.skip(what_is_missing(name))
    engine = make_engine(make_spec('tensorrt'), cache=cache)
    image = recorded_clip(96, 128)[10]
    faults = []

    def product():
        a = torch.arange(16., device='cuda').reshape(4, 4)
        return (a @ torch.eye(4, device='cuda') - a).abs().max().item()

    def work():
        try:
            assert product() == 0
            first, state = engine.step(image, None)
            assert product() == 0
            graph, b = torch.cuda.CUDAGraph(), torch.ones(8, device='cuda')
            with torch.cuda.graph(graph):
                c = b * 2
            graph.replay()
            assert c.sum().item() == 16
            _, state = engine.step(image, state)
            again, _ = engine.step(image, None)
            np.testing.assert_allclose(again, first, rtol=1e-3)
        except BaseException as error:          # a thread's exceptions are not pytest's
            faults.append(error)

    for _ in range(2):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    work()
    engine.close()
    assert not faults and product() == 0
