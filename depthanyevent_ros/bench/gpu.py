# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How long a step takes on a GPU, and how far that is from what the device allows.

The floor of a step is the larger of two times: its floating-point operations at the rate that the
device reaches in a large product of matrices, and the bytes that must move (weights read, states
read and written, image and depth) at the rate that it reaches in a large copy. Both rates are
measured in the same run, in the precision of the row; without PyTorch only the second.
"""

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from depthanyevent_ros.bench.gpu_row import engine_row, STEPS
from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.cuda.find_gpu import find_gpu
from depthanyevent_ros.engines.cuda.rates import copy_rate
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.presence import what_is_missing
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.engines.timing import Rates
from depthanyevent_ros.errors import DepthAnyEventError

WEIGHTS = 'untrained-vits-r'
#: Height and width of the sensor or crop, and of the network's input: DAVIS346, DSEC, VGA.
SIZES = ((260, 346, 266, 350), (320, 640, 322, 644), (480, 640, 480, 640))
#: TensorRT, and PyTorch as it is and compiled; each with graphs and without.
ENGINES = ('tensorrt', 'torch_cuda', 'torch_compiled')
PRECISIONS = ('f16', 'f32')

Say = Callable[[str], None]


def bench_gpu(progress: Say = lambda sentence: None,
              sizes: Sequence[Tuple[int, int, int, int]] = SIZES, weights: str = WEIGHTS,
              cache: Optional[EngineCache] = None, steps: int = STEPS) -> List[Dict[str, Any]]:
    """
    Measure every engine of a GPU at every size.

    :returns: the rows of engine_row; or ``engine``, ``precision``, ``input``, ``skipped``.
    """
    missing = {engine: what_is_missing(needs(engine)) for engine in ENGINES}
    rates = None if all(missing.values()) else measure_rates(missing, progress)
    rows = []
    for height, width, input_height, input_width in sizes:
        for engine in ENGINES:
            for precision in PRECISIONS:
                spec = EngineSpec(height, width, weights, engine, precision,
                                  input_height, input_width)
                try:
                    if missing[engine]:
                        raise DepthAnyEventError(missing[engine])
                    progress(f'{engine} {precision} at {input_height}x{input_width}')
                    rows.append(engine_row(build(spec, progress, cache or EngineCache()), rates,
                                           steps))
                except DepthAnyEventError as error:
                    rows.append({'engine': engine, 'precision': precision,
                                 'input': (input_height, input_width), 'skipped': str(error)})
    return rows


def needs(engine: str) -> str:
    """Return the engine that has the same requirements and a name outside the bench."""
    return 'torch_cuda' if engine == 'torch_compiled' else engine


def build(spec: EngineSpec, progress: Say, cache: EngineCache) -> Engine:
    """Return an engine by its name in the bench."""
    if spec.engine != 'torch_compiled':
        return make_engine(spec, progress, cache)
    from depthanyevent_ros.engines.torch_cuda.compiled import build_compiled
    return build_compiled(spec, progress, cache)


def measure_rates(missing: Dict[str, Optional[str]], progress: Say) -> Rates:
    """Return what the device reaches; without PyTorch's products, only its copies."""
    progress('what the device reaches in products and copies')
    if missing['torch_cuda']:
        return Rates({}, copy_rate(find_gpu()))
    from depthanyevent_ros.engines.torch_cuda import rates
    return rates.measure_rates()
