"""The device that networks run on: the CPU, unless whoever runs the library has chosen a GPU.

The CPU alone gives the same bytes again. First weights, batches and episodes are drawn on the CPU and
moved, so they are the same on all devices; only dropout draws where its network is.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

_chosen = torch.device("cpu")


def set_up_torch(device: str = "cpu", threads: int = 1) -> None:
    """Choose, once for the process, how torch computes.

    Parameters
    ----------
    device
        `cpu`, `cuda`, `cuda:1`, or `auto` for a GPU where there is one.
    threads
        On one, sums come out the same whatever the machine's cores; products are too small to gain from two, and the
        pipeline runs several stages side by side.

    Raises
    ------
    ValueError
        If the device is another word, or a GPU that torch does not see.
    """
    global _chosen  # noqa: PLW0603  torch's own settings, beside it, are the process's as well
    _chosen = find_device(device)
    torch.set_num_threads(threads)
    torch.backends.cudnn.allow_tf32 = False  # recurrent cells would round the factors of their products to 10 bits


def find_device(word: str) -> torch.device:
    """The device that a word means; raises as `set_up_torch`."""
    if not re.fullmatch(r"cpu|auto|cuda(:\d+)?", word):
        raise ValueError(f"the device for networks is {word!r}; write cpu, cuda, cuda:1 (a GPU's number) or auto")
    gpus = torch.cuda.device_count() if word != "cpu" and torch.cuda.is_available() else 0
    if word == "auto":
        return torch.device("cuda" if gpus else "cpu")
    found = torch.device(word)
    if found.type == "cuda" and (found.index or 0) >= gpus:
        raise ValueError(
            f"the device for networks is {word!r}, but torch sees {gpus} GPUs; choose cpu, or install torch with CUDA"
        )
    return found


def current_device() -> torch.device:
    """The device that was chosen."""
    return _chosen


def mixed_precision() -> torch.autocast:
    """A block in which products are taken in bfloat16 on a GPU, whose range needs no scaled losses; none on the CPU."""
    return torch.autocast(_chosen.type, dtype=torch.bfloat16, enabled=_chosen.type == "cuda")


def to_tensor(array: NDArray[Any]) -> Tensor:
    """An array as a tensor on that device; on the CPU they share memory."""
    return torch.from_numpy(array).to(_chosen)
