"""The device that networks run on: the CPU, or the GPU that CROSSLOG_DEVICE asks for.

The CPU is taken where nothing is asked for: it alone gives the same bytes on every machine. First weights, batches and
episodes are drawn on the CPU and moved, so they are the same on all devices; only dropout draws where its network is.
"""

from __future__ import annotations

import os
import re
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

VARIABLE = "CROSSLOG_DEVICE"

# float32 on every device: cuDNN's recurrent cells would round the factors of their products to 10 bits (TF32).
torch.backends.cudnn.allow_tf32 = False


def asked() -> torch.device:
    """The device that CROSSLOG_DEVICE names: `cpu`, `cuda`, `cuda:1`, or `auto` for a GPU where there is one.

    Raises
    ------
    ValueError
        If it is another word, or a GPU that torch does not see.
    """
    word = os.environ.get(VARIABLE) or "cpu"
    if not re.fullmatch(r"cpu|auto|cuda(:\d+)?", word):
        raise ValueError(f"{VARIABLE} is {word!r}; write cpu, cuda, cuda:1 (a GPU's number) or auto")
    gpus = torch.cuda.device_count() if word != "cpu" and torch.cuda.is_available() else 0
    if word == "auto":
        return torch.device("cuda" if gpus else "cpu")
    found = torch.device(word)
    if found.type == "cuda" and (found.index or 0) >= gpus:
        raise ValueError(f"{VARIABLE} is {word!r}, but torch sees {gpus} GPUs; unset it, or install torch with CUDA")
    return found


def placed(array: NDArray[Any]) -> Tensor:
    """An array as a tensor on that device; on the CPU they share memory."""
    return torch.from_numpy(array).to(asked())
