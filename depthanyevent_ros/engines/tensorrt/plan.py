# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From an ONNX graph to a plan: what TensorRT compiles for one kind of GPU."""

from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from depthanyevent_ros.errors import EngineUnavailable

Say = Callable[[str], None]

#: Scratch memory that a plan may take on the device.
WORKSPACE_BYTES = 2 << 30


#: The logger of a tensorrt module (one entry), beside the module: TensorRT keeps the first one
#: that it is given for good, and reaches for it whenever it has to say something.
LOGGERS: Dict[int, Tuple[Any, Any]] = {}


def the_logger(trt: Any, say: Say) -> Any:
    """Return the one logger, which passes on warnings and errors to ``say`` from now on."""
    if id(trt) not in LOGGERS:
        LOGGERS[id(trt)] = trt, make_logger(trt)
    _, logger = LOGGERS[id(trt)]
    logger.say, logger.said, logger.kept = say, set(), Kept()
    return logger


class Kept:
    """
    Keeps what is raised in a callback of TensorRT, which would drop it: a signal that ends us.

    Used as a context; ``raise_it`` raises it where Python is in charge again.
    """

    def __init__(self):
        self.error: Optional[BaseException] = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.error = self.error or error
        return True

    def raise_it(self) -> None:
        """Raise what was kept, if anything was."""
        error, self.error = self.error, None
        if error is not None:
            raise error


def make_logger(trt: Any) -> Any:
    """Return a logger that passes on warnings and errors, each once."""
    class Logger(trt.ILogger):

        def __init__(self):
            trt.ILogger.__init__(self)
            self.say, self.said, self.kept = print, set(), Kept()

        def log(self, severity, message):
            if severity <= trt.ILogger.WARNING and message not in self.said:
                self.said.add(message)
                with self.kept:
                    self.say(f'TensorRT: {message}')

    return Logger()


def make_monitor(trt: Any, say: Say, kept: Kept) -> Any:
    """
    Return a progress monitor that says which step of how many is done.

    :param kept: for what ``say`` raises; from then on the build is told to stop.
    """
    class Monitor(trt.IProgressMonitor):

        def __init__(self):
            trt.IProgressMonitor.__init__(self)
            self.steps = {}

        def phase_start(self, phase_name, parent_phase, num_steps):
            with kept:
                self.steps[phase_name] = num_steps
                if parent_phase is None:
                    say(f'TensorRT: {phase_name}')

        def phase_finish(self, phase_name):
            with kept:
                self.steps.pop(phase_name, None)

        def step_complete(self, phase_name, step):
            with kept:
                total = self.steps.get(phase_name, 0)
                tenth = max(total // 10, 1)
                if total >= 10 and (step + 1) % tenth == 0:
                    say(f'TensorRT: {phase_name}, {step + 1} of {total}')
            return kept.error is None

    return Monitor()


class PlanBuilder:
    """One network definition, parsed from an ONNX file, and what is built from it."""

    def __init__(self, trt: Any, onnx: Path, say: Say = lambda sentence: None):
        """
        Parse the file; its precision is what the types in it say.

        :raises EngineUnavailable: with the parser's words, if it does not accept the graph.
        """
        self.trt, self.say = trt, say
        self.logger = the_logger(trt, say)
        self.builder = trt.Builder(self.logger)
        typed = 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
        self.network = self.builder.create_network(typed)
        self._parser = trt.OnnxParser(self.network, self.logger)
        if not self._parser.parse_from_file(str(onnx)):
            errors = [str(self._parser.get_error(i)) for i in range(self._parser.num_errors)]
            raise EngineUnavailable(f'TensorRT cannot read the network: {"; ".join(errors)}')

    def refuse_unknown_weights(self, names: Iterable[str]) -> None:
        """
        Mark weights as those that may be changed later.

        :param names: of initializers.
        :raises EngineUnavailable: naming one that TensorRT does not find in its network.
        """
        for name in names:
            if not self.network.mark_weights_refittable(name):
                raise EngineUnavailable(f'TensorRT finds no weights {name} in the network: they '
                                        'could not be updated')

    def unmark_weights(self, names: Iterable[str]) -> None:
        """Take the marks away: a plan without them is as fast as can be."""
        for name in names:
            self.network.unmark_weights_refittable(name)

    def build(self) -> bytes:
        """
        Return the plan.

        :raises EngineUnavailable: if TensorRT cannot build it; its words were said before.
        """
        config = self.builder.create_builder_config()
        config.set_memory_pool_limit(self.trt.MemoryPoolType.WORKSPACE, WORKSPACE_BYTES)
        # On by default, it rounds float32 factors to 11 bits: who chose f32 did not want that.
        config.clear_flag(self.trt.BuilderFlag.TF32)
        config.progress_monitor = self._monitor = make_monitor(
            self.trt, self.say, self.logger.kept)
        plan = self.builder.build_serialized_network(self.network, config)
        self.logger.kept.raise_it()
        if plan is None:
            raise EngineUnavailable('TensorRT could not build the network: ' + '; '.join(
                sorted(self.logger.said)))
        return bytes(plan)


def io_names(network: Any) -> List[str]:
    """Return the names of the inputs and outputs of a network definition."""
    return [network.get_input(i).name for i in range(network.num_inputs)] + \
        [network.get_output(i).name for i in range(network.num_outputs)]
