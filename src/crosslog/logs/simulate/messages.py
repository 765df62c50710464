"""Components and messages: which wording of a concept is said, and its text with the slots filled."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.logs.simulate.draws import Draws
from crosslog.logs.simulate.slots import NOTHING, SLOT, Pool
from crosslog.logs.simulate.vocabulary import SERVICE, Wording

Numbers = NDArray[np.int64]


class Messages:
    """The wordings of a system as columns, so that lines are made by looking up and never one by one.

    Attributes
    ----------
    of_service : (wordings,) bool, whether a service node says it
    """

    def __init__(self, known: list[Wording], pool: Pool, draws: Draws) -> None:
        self.pool, self.draws, self.values = pool, draws, pl.Series(pool.values)
        self.concept = np.array([wording.concept for wording in known])
        self.since = np.array([wording.since for wording in known])
        self.until = np.array([wording.until for wording in known])
        self.of_service = np.array([wording.text.startswith(SERVICE) for wording in known])
        split = [SLOT.split(wording.text.removeprefix(SERVICE)) for wording in known]  # text, slot, text, …, text
        width = max(map(len, split))
        padded = [pieces + [NOTHING] * (width - len(pieces)) for pieces in split]
        self.pieces = [pl.Series([row[position] for row in padded]) for position in range(0, width, 2)]
        self.slots = np.array([[pool.names.index(slot) for slot in row[1::2]] for row in padded])

    def wordings(self, concepts: Numbers, numbers: Numbers, moment: float) -> Numbers:
        """(lines,) a wording for each line's concept, of those in use at a moment (a fraction of the log)."""
        in_use = np.flatnonzero((self.since <= moment) & (moment < self.until))
        ends = np.searchsorted(self.concept[in_use], np.arange(self.concept[-1] + 2))
        picked: Numbers = ends[concepts] + self.draws.below("wording", numbers, np.diff(ends)[concepts])
        return in_use[picked]

    def columns(self, wordings: Numbers, numbers: Numbers) -> list[pl.Series]:
        """Columns whose concatenation is component and message."""
        columns = [self.pieces[0].gather(wordings)]
        for position, pieces in enumerate(self.pieces[1:]):
            slot = self.slots[wordings, position]
            value = self.pool.first[slot] + self.draws.below(f"slot {position}", numbers, self.pool.size[slot])
            columns += [self.values.gather(value), pieces.gather(wordings)]
        return columns
