"""The first windows of the target to learn from, all later ones to ask about (Sui et al. 2024, LogSynergy, IV-A).

A source gives random windows. The paper takes windows of 10 events, every 5; 5,000 of the target, 50,000 of a source.
Honest: the target is cut into windows after it was split, so that no event is in windows of both parts; a source's two
roles come from its two halves. Published: windows are cut first, so the last of the support and the first of the query
share events, and a source's are drawn from its first 90 %, as the public code has both.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from crosslog.detection.split import Log, Part, Split, SplitError, draw_published, name_parts, split_by_halves
from crosslog.settings import Protocol

PUBLISHED_SHARE = 0.9  # of a source, the authors' code


class Prefix(Split):
    """Learn from the beginning."""

    name: Literal["prefix"]
    support: int = Field(gt=0)  # windows of the target
    source: int = Field(gt=1)  # random windows of each source, half of them for each role

    @property
    def support_units(self) -> int:
        """Windows of a support."""
        return self.support

    def split_source(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """Random windows."""
        if protocol == "published":
            return draw_published(log, self.source // 2, PUBLISHED_SHARE, rng)
        return split_by_halves(log, self.source // 2, rng)

    def split_target(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:  # noqa: ARG002
        """One episode: what comes first, and the rest."""
        bounds = log.windows()
        if log.sessions is not None or len(bounds) <= self.support:
            raise SplitError(
                f"{log.system}: the first {self.support} of {len(bounds)} windows leave no query: make `support` "
                "smaller (and where the cut is by session, take the split `sessions`)"
            )
        first = bounds[: self.support]
        rest = bounds[self.support :] if protocol == "published" else log.windows(int(first[-1, 1]))
        if not len(rest):
            raise SplitError(
                f"{log.system}: nothing comes after the first {self.support} windows: make `support` smaller"
            )
        return name_parts((first, rest))
