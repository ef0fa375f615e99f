# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The training: chunks in, weights out, in slices that together are one."""

import time
from typing import Any, Callable, Dict

import torch
from torch import Tensor

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.network.dpt_head import State
from depthanyevent_ros.training.batches import Batch, training_batches
from depthanyevent_ros.training.checkpoints import load_resume, save_weights, save_whole, VERSION
from depthanyevent_ros.training.distributed import Processes
from depthanyevent_ros.training.ema import WeightAverage
from depthanyevent_ros.training.folder import WindowsFolder
from depthanyevent_ros.training.logs import NoLog, TrainingLog
from depthanyevent_ros.training.optimiser import make_optimiser, make_rates
from depthanyevent_ros.training.parts import make_network, make_targets
from depthanyevent_ros.training.recipe import make_loss, Recipe
from depthanyevent_ros.training.run_plan import BEST, LAST, RESUME, RunPlan
from depthanyevent_ros.training.stretch import Stretch
from depthanyevent_ros.training.unrolled import INPUTS, next_state, UnrolledNetwork
from depthanyevent_ros.training.validation import OVERALL, spread, validate

#: Steps in a row without a finite gradient after which a training gives up.
MOST_BAD_STEPS = 20


class Training:
    """A training that can be stopped and resumed at any step."""

    def __init__(self, recipe: Recipe, data: WindowsFolder, processes: Processes, run: RunPlan):
        """
        Prepare a training, from its beginning or from where it was.

        :raises WeightsError: if it cannot be resumed, or its first weights cannot be had.
        :raises DepthAnyEventError: if a new one would write over one that could be resumed.
        """
        run.prepare()
        self.recipe, self.data, self.processes, self.run_plan = recipe, data, processes, run
        device = processes.device
        self.network = make_network(recipe, fresh=not run.resume).to(device)
        self.unrolled = UnrolledNetwork(self.network, *data.size).to(device)
        self.inputs = INPUTS[recipe.model.input_type]
        self.targets = make_targets(recipe, data.size, device)
        self.loss = make_loss(recipe.loss)
        self.optimiser = make_optimiser(self.network, recipe.optimiser)
        self.rates = make_rates(self.optimiser, recipe.steps, recipe.optimiser)
        self.average = WeightAverage(self.network, recipe.ema)
        self.state: State = self.unrolled.zero_state(recipe.lanes)
        self.step, self.best, self.bad_steps, self.taught = 0, float('inf'), 0, False
        self.scores: Dict[str, Any] = {}
        self.stretch = Stretch()
        if run.resume:
            self._restore(load_resume(run.folder / RESUME, recipe, data.fingerprint))
        self.model = processes.wrap(self.unrolled)
        self.log = TrainingLog(run.folder, self.step) if processes.rank == 0 else NoLog()

    def run(self, should_stop: Callable[[], bool],
            progress: Callable[[int, float], None] = lambda step, loss: None) -> bool:
        """
        Train until the recipe's last step, the time limit, or until asked to stop.

        :param should_stop: asked before each step.
        :param progress: told the number of steps done and the loss, after each step.
        :returns: whether the training is complete; if not, it can be resumed.
        """
        start = saved = time.monotonic()
        batches = self._batches()
        while self.step < self.recipe.steps:
            late = time.monotonic() - start > self.run_plan.time_limit_s
            if self.processes.any(late or should_stop()):
                break
            loss, norm = self.train_step(self.stretch.timed(batches).to(self.processes.device))
            self.stretch.add(loss, norm, self.recipe.lanes * self.recipe.clips.unroll)
            progress(self.step, self.stretch.loss)
            if self.step % self.run_plan.log_every == 0 or self.step == self.recipe.steps:
                self._check_taught()
                self._log()
            if self.step % self.recipe.validate_every == 0 or self.step == self.recipe.steps:
                self._validate()
            if self.processes.any(time.monotonic() - saved > self.run_plan.save_every_s):
                self.save()
                saved = time.monotonic()
        self.save()
        self.log.close()
        return self.step >= self.recipe.steps

    def train_step(self, batch: Batch):
        """Take one step with a batch; return loss and norm of the gradient."""
        recipe, device = self.recipe, self.processes.device
        # A stream for each lane of all processes: however they are shared out, it is the same.
        first_lane = self.processes.rank * recipe.lanes
        random = [torch.Generator(device).manual_seed(
            (recipe.seed * 1_000_003 + self.step) * 4096 + first_lane + lane)
            for lane in range(recipe.lanes)] if recipe.state_noise else []
        state = next_state(self.state, batch.first, recipe.state_noise, random)
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bf16):
            depth, state = self.model(self.inputs(batch), state)
        target = self.targets.targets(batch)
        self.taught = self.taught or bool(target.mask.any())
        loss = self.loss(*(maps.flatten(0, 1) for maps in (depth, target.depth, target.mask)),
                         self.processes.total)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(),
                                              recipe.optimiser.clip_norm)
        self._update(norm, state)
        self.step += 1
        self.rates.step()
        return loss.item(), norm.item()

    def save(self) -> None:
        """Write the file to resume from and the average of the weights so far."""
        state = self.processes.all_lanes(self.state)
        stretch = {**self.stretch.as_dict(), 'loss': self._of_all(self.stretch.as_dict()['loss'])}
        if self.processes.rank == 0:
            save_whole(self.run_plan.folder / RESUME, {
                'version': VERSION, 'recipe': self.recipe.as_dict(), 'step': self.step,
                'best': self.best, 'scores': self.scores, 'network': self.network.state_dict(),
                'optimiser': self.optimiser.state_dict(), 'rates': self.rates.state_dict(),
                'average': self.average.state_dict(), 'state': state,
                'data': self.data.fingerprint, 'stretch': stretch})
            self._save_weights(LAST)

    def _update(self, norm: Tensor, state: State) -> None:
        """Change the weights by the gradient, unless it is not finite."""
        if torch.isfinite(norm):
            self.optimiser.step()
            self.average.update(self.network)
            self.state, self.bad_steps = state, 0
            return
        self.state, self.bad_steps = self.unrolled.zero_state(self.recipe.lanes), \
            self.bad_steps + 1
        if self.bad_steps > MOST_BAD_STEPS:
            raise DepthAnyEventError(f'the gradient was not finite in {self.bad_steps} steps in '
                                     f'a row before step {self.step}: the training diverged')

    def _check_taught(self) -> None:
        """Give up where no window so far had a single pixel to learn from."""
        if not self.processes.any(self.taught):
            raise DepthAnyEventError(f'there is nothing to learn from: not one pixel of the '
                                     f'windows up to step {self.step} has a depth')

    def _batches(self):
        """Return the batches from the present step on."""
        recipe, processes = self.recipe, self.processes
        with_frames = recipe.target != 'true' or recipe.model.input_type != 'events'
        return training_batches(
            self.data.training, recipe.clips, recipe.augment, recipe.lanes,
            with_frames=with_frames, workers=self.run_plan.workers, skip=self.step,
            rank=processes.rank, world=processes.world)

    def _log(self) -> None:
        """Log a stretch of steps of all processes, and begin another."""
        row = self.stretch.row(self.step, self.rates.get_last_lr()[0], self.processes.world)
        self.log.write_step({**row, 'loss': self._of_all(row['loss'])})
        self.stretch = Stretch()

    def _of_all(self, value: float) -> float:
        """Return the mean over the processes."""
        return self.processes.mean(torch.tensor(
            value, dtype=torch.float64, device=self.processes.device)).item()

    def _validate(self) -> None:
        """Score the average of the weights; keep it if it is the best so far."""
        if not self.data.validation or self.processes.rank:
            return
        network = make_network(self.recipe, fresh=False).to(self.processes.device)
        network.load_state_dict(self.average.tensors)
        unrolled = UnrolledNetwork(network, *self.data.size).to(self.processes.device)
        files = spread(self.data.validation, self.recipe.validation_files)
        self.scores = validate(unrolled, files, self.inputs, far_m=self.recipe.far_m,
                               lanes=self.recipe.lanes)
        self.log.write_validation(self.step, self.scores)
        kind = 'abs_rel' if self.recipe.output_kind == 'metric' else 'abs_rel_aligned'
        if self.scores[OVERALL][kind] < self.best:
            self.best = self.scores[OVERALL][kind]
            self._save_weights(BEST)

    def _save_weights(self, name: str) -> None:
        save_weights(self.run_plan.folder / name, self.average.tensors, self.recipe,
                     {'step': self.step, 'validation': self.scores})

    def _restore(self, kept: Dict[str, Any]) -> None:
        """Continue from what was kept."""
        self.step, self.best, self.scores = kept['step'], kept['best'], kept['scores']
        self.network.load_state_dict(kept['network'])
        self.optimiser.load_state_dict(kept['optimiser'])
        self.rates.load_state_dict(kept['rates'])
        self.average.load_state_dict(kept['average'])
        self.stretch = Stretch(kept.get('stretch'))         # an earlier version kept none
        lanes, rank = self.recipe.lanes, self.processes.rank
        if kept['state'] and len(kept['state'][0][0]) == lanes * self.processes.world:
            self.state = tuple(tuple(
                tensor[rank * lanes:(rank + 1) * lanes].to(self.processes.device)
                for tensor in pair) for pair in kept['state'])
