"""A GPU that is not there: what lies on it is computed on the CPU, but refuses to meet what does not lie on it.

torch's own `meta` device, whose name it takes, looks no further than shapes in products, look-ups and indexing, and has
no numbers to go on with where a step depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map_only

from crosslog.detection.learning import device

PRETENDED = torch.device("meta")
MOVES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)


class _There(Tensor):
    """A tensor that lies there, around the one that holds its numbers."""

    held: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, held: Tensor) -> _There:
        layout = {"strides": held.stride(), "storage_offset": held.storage_offset(), "dtype": held.dtype}
        made: _There = Tensor._make_wrapper_subclass(cls, held.shape, device=PRETENDED, **layout)
        made.held = held
        return made

    @classmethod
    def __torch_dispatch__(cls, operation: Any, *_: object) -> None:
        raise RuntimeError(f"{operation} where nothing pretends any more")


class Pretending(TorchDispatchMode):
    """Sees every operation; `here` are the names of those that only met tensors of the CPU."""

    def __init__(self) -> None:
        super().__init__()
        self.here: set[str] = set()

    def __torch_dispatch__(
        self, operation: Any, _: object, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        lies = [isinstance(leaf, _There) for leaf in tree_leaves((args, given)) if isinstance(leaf, Tensor)]
        if len(set(lies)) == 2 and operation not in MOVES:
            raise RuntimeError(f"{operation} mixes devices")
        there = any(lies[:1])
        if given.get("device") is not None:
            there, given["device"] = torch.device(given["device"]) == PRETENDED, "cpu"
        result = operation(*_held(args), **_held(given))
        if not there:
            self.here.add(operation.overloadpacket.__name__)
            return result
        return return_and_correct_aliasing(operation, args, given, tree_map_only(Tensor, _There, result))


@contextmanager
def elsewhere(where: str) -> Iterator[Pretending | None]:
    """What is computed inside is computed on a device that is `pretended`, or of torch's."""
    with pytest.MonkeyPatch.context() as patch:
        if where != "pretended":
            patch.setenv(device.VARIABLE, where)
            yield None
            return
        patch.setattr(device, "asked", lambda: PRETENDED)
        with Pretending() as pretending:
            yield pretending


def _held(values: Any) -> Any:
    return tree_map_only(_There, lambda tensor: tensor.held, values)
