# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Pack trained weights for models/: half the size, configuration inside, and the manifest's entry.

    tools/pack_weights.py run/best.pth models/efflite0-r.safetensors

Kernels become float16; what is one number for each channel (biases, statistics of normalisations)
stays float32. ``evaluate`` the packed file, not the original.
"""

import json
from pathlib import Path
import sys

from safetensors.torch import save_file
import torch
import yaml

from depthanyevent_ros.network.checkpoint import load_checkpoint
from depthanyevent_ros.network.weights import file_sha256


def main(source: Path, packed: Path) -> None:
    """Write the packed file and print its entry."""
    tensors, config, info = load_checkpoint(source)
    small = {name: tensor.half() if tensor.ndim > 1 else tensor
             for name, tensor in tensors.items()}
    worst = max(((small[name].float() - tensor).abs().max() / tensor.abs().max()).item()
                for name, tensor in tensors.items() if tensor.any())
    if not worst < 1e-3:
        raise SystemExit(f'{source.name} does not fit float16: {worst:.1e} off')
    facts = {key: info.settings[key] for key in ('output_kind', 'licence', 'source', 'trained')}
    settings = {'model': config.as_dict(), **facts, 'trainer': info.settings.get('trainer', {})}
    save_file(small, packed, {'format': 'pt', 'config': json.dumps(settings)})
    packed.chmod(0o644)
    entry = {'file': packed.name, 'sha256': file_sha256(packed), **facts,
             'model': config.as_dict()}
    print(yaml.safe_dump({packed.stem: entry}, sort_keys=False, width=100), end='')
    print(f'# {sum(t.numel() for t in tensors.values()):,} numbers, '
          f'{packed.stat().st_size:,} bytes, at most {worst:.1e} off; torch {torch.__version__}')


if __name__ == '__main__':
    main(Path(sys.argv[1]), Path(sys.argv[2]))
