"""Every system in turn is watched after a few labels, the others teach (Sharma and Yelleti 2025, leave one source out).

Honest: the labelled shots come from the first part of the target's log, the query is the rest, and a source's two roles
come from its two halves. Published: shots and query are drawn from anywhere in the target, as in the transfer
experiment of the public code (30 labelled lines, tested on a random 70 %), from which the paper's mean stems.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from crosslog.detection.split import Bounds, Log, Part, Split, SplitError, draw_published, name_parts, split_by_halves
from crosslog.settings import Protocol


class LeaveOneOut(Split):
    """A few shots of each class, then the rest of the log."""

    name: Literal["leave_one_out"]
    shots: int = Field(gt=0)  # windows of each class to learn from, or all where there are fewer
    query: float = Field(gt=0, lt=1)  # share of the target's windows that are asked about
    source: int = Field(gt=1)  # random windows of each source, half of them for each role

    @property
    def support_units(self) -> int:
        """Windows of a support."""
        return 2 * self.shots

    def split_source(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """Random windows."""
        if protocol == "published":
            return draw_published(log, self.source // 2, 1.0, rng)
        return split_by_halves(log, self.source // 2, rng)

    def split_target(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """One episode."""
        bounds = log.windows()
        count = len(bounds) - round(len(bounds) * self.query)
        if not 0 < count < len(bounds):
            raise SplitError(
                f"{log.system}: a query of {self.query:g} of {len(bounds)} windows leaves no support or no query"
            )
        if protocol == "published":
            order = rng.permutation(len(bounds))
            given, asked = (bounds[np.sort(rows)] for rows in (order[:count], order[count:]))
        else:
            edge = int(bounds[count - 1, 1])
            given, asked = log.windows(0, edge), log.windows(edge)
        return name_parts((self._shots(log, given, rng), asked))

    def _shots(self, log: Log, bounds: Bounds, rng: np.random.Generator) -> Bounds:
        """Up to that many windows of each class, in their order; of one class alone where there is no other."""
        anomalous = log.flags(bounds)
        rows = [np.flatnonzero(anomalous == flag) for flag in (False, True)]
        chosen = [rng.permutation(of_class)[: self.shots] for of_class in rows]
        shots: Bounds = bounds[np.sort(np.concatenate(chosen))]
        return shots
