"""The slots of wordings, and the pool of values that fill them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslog.logs.simulate.draws import Draws

SLOT = re.compile(r"\{(\w+)\}")
SLOT_WILDCARD = re.compile(r"\[([^\]]+)\]|#")  # a character of the brackets, or a digit
_DIGITS = "0123456789"
VARIANTS = 4096  # values that a list with wildcards is expanded to

NONZERO = "[123456789]"
HEX = "[0123456789abcdef]"
COMMON_SLOTS: dict[str, tuple[str, ...]] = {
    "few": tuple("123456789"),
    "percent": (NONZERO, f"{NONZERO}#"),
    "n": (NONZERO, f"{NONZERO}#", f"{NONZERO}##"),
    "big": (f"{NONZERO}####", f"{NONZERO}######", f"{NONZERO}#######"),
    "hex": ("0x" + HEX * 8,),
    "ip": (f"10.{NONZERO}.{NONZERO}#.1##",),
    "mac": ("02:" + ":".join([HEX * 2] * 5),),
    "port": (f"{NONZERO}###", "[345]####"),
    "pid": (f"{NONZERO}###", "[12]####"),
    "degrees": ("[34567]#",),
    "version": ("[123].#.1#",),
}
PEER = "peer"  # the slot that names some compute node
NO_SLOT, SERVICES = "", "service node"  # slots that no wording can name


@dataclass(frozen=True)
class SlotPool:
    """The values of all slots in one list; the values of slot `i` start at `first[i]` and are `size[i]` many."""

    values: list[str]
    names: tuple[str, ...]
    first: NDArray[np.int64]
    size: NDArray[np.int64]

    def rows(self, slot: str) -> range:
        """Where the values of a slot stand."""
        index = self.names.index(slot)
        return range(int(self.first[index]), int(self.first[index] + self.size[index]))


def fill_slots(slots: Mapping[str, tuple[str, ...]], draws: Draws) -> SlotPool:
    """The values of slots, wildcards filled in; a list with wildcards becomes `VARIANTS` values or a few more."""
    values = {name: _expanded(patterns, draws.generator("slot", name)) for name, patterns in slots.items()}
    size = np.array([len(some) for some in values.values()], dtype=np.int64)
    flat = [value for some in values.values() for value in some]
    return SlotPool(flat, tuple(values), np.cumsum(size) - size, size)


def _expanded(patterns: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    if not any(SLOT_WILDCARD.search(pattern) for pattern in patterns):
        return list(patterns)
    each = -(-VARIANTS // len(patterns))
    return [value for pattern in patterns for value in _filled(pattern, each, rng)]


def _filled(pattern: str, count: int, rng: np.random.Generator) -> Iterable[str]:
    """A pattern so many times, with random characters for its wildcards."""
    pieces = SLOT_WILDCARD.split(pattern)  # text, then in turn: characters of a wildcard (None: a digit), text
    columns = [[pieces[0]] * count]
    for letters, text in zip(pieces[1::2], pieces[2::2], strict=True):
        choices = np.array([letter + text for letter in letters or _DIGITS])
        columns.append(choices[rng.integers(len(choices), size=count)].tolist())
    return map("".join, zip(*columns, strict=True))
