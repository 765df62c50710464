"""Few-shot episodes: disjoint, time-ordered spans, as in CroSysLog (Wang et al. 2024, IV-C), feasibility first.

A start is legal when the share of anomalous events in its span lies in the asked range; a rolling sum gives that for
every start. Two things differ from the published code, which lets a support lie after its query or on it: each query
has its support before it, and supports and queries are disjoint. Where the protocol is `published`, spans are drawn as
that code does it. Spans are cut into windows after they were drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from crosslog.detection.placement import NO_PLACE, Pair, PlacementError, Starts, draw, draw_as_published
from crosslog.detection.split import Log, Part, Split, SplitError
from crosslog.settings import Protocol, SpanRequest

CHUNK = 1 << 24  # starts looked at in one go, to bound memory
ROUNDING = 1e-6  # events; .07 * 100 is a little more than 7 in binary
PERCENT = 100


class Episodes(Split):
    """Spans of consecutive events with a share of anomalies in a range."""

    name: Literal["episodes"]
    episodes: int = Field(gt=0)  # of a target
    rates: Literal["fractions", "percent"]  # what the rates of spans are written in
    source_support: SpanRequest
    source_query: SpanRequest
    support: SpanRequest
    query: SpanRequest

    @property
    def support_units(self) -> int:
        """Events of a target's support."""
        return self.support.events

    def split_source(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """One pair of spans."""
        return self._split(log, ("source_support", "source_query"), 1, protocol, rng)

    def split_target(self, log: Log, protocol: Protocol, rng: np.random.Generator) -> list[Part]:
        """As many pairs as episodes, in order of their queries (as drawn, where the protocol is `published`)."""
        return self._split(log, ("support", "query"), self.episodes, protocol, rng)

    def span(self, role: str) -> SpanRequest:
        """What a role asks for, its rate as fractions."""
        request: SpanRequest = getattr(self, role)
        if self.rates == "fractions":
            return request
        low, high = request.rate
        return request.model_copy(update={"rate": (low / PERCENT, high / PERCENT)})

    @model_validator(mode="after")
    def _rates_are_shares(self) -> Episodes:
        for role in ("source_support", "source_query", "support", "query"):
            if self.span(role).rate[1] > 1:
                written = list(getattr(self, role).rate)
                raise ValueError(f"{role}: rate {written} in {self.rates} is more than everything")
        return self

    def _split(
        self, log: Log, roles: tuple[str, str], wanted: int, protocol: Protocol, rng: np.random.Generator
    ) -> list[Part]:
        if log.sessions is not None:
            raise SplitError(f"{log.system}: the split `episodes` draws spans of lines, and needs a cut by count")
        total = _cumulative(log.anomalous)
        both = _starts(roles[0], self.span(roles[0]), total), _starts(roles[1], self.span(roles[1]), total)
        drawn = draw if protocol == "honest" else draw_as_published
        try:
            pairs = drawn(*both, wanted, rng)
        except PlacementError as error:
            raise SplitError(_explained(log.system, both, total, str(error))) from None
        return list(_parts(log, pairs, both))


def _parts(log: Log, pairs: list[Pair], both: tuple[Starts, Starts]) -> Iterator[Part]:
    for episode, pair in enumerate(pairs):
        for first, starts in zip(pair, both, strict=True):
            yield Part(episode, starts.role, log.windows(first, first + starts.length))


def _cumulative(anomalous: NDArray[np.bool_]) -> NDArray[np.integer]:
    """(events + 1,) anomalous events before each position."""
    kind = np.int32 if len(anomalous) < np.iinfo(np.int32).max else np.int64
    total: NDArray[np.integer] = np.zeros(len(anomalous) + 1, dtype=kind)
    np.cumsum(anomalous, dtype=kind, out=total[1:])
    return total


def _counts(total: NDArray[np.integer], length: int) -> Iterator[tuple[int, NDArray[np.integer]]]:
    """The rolling sum in chunks: the first start of a chunk, and the anomalous events in the span of each start."""
    for first in range(0, len(total) - length, CHUNK):
        last = min(first + CHUNK, len(total) - length)
        yield first, total[first + length : last + length] - total[first:last]


def _starts(role: str, request: SpanRequest, total: NDArray[np.integer]) -> Starts:
    low, high = (rate * request.events for rate in request.rate)
    legal: list[NDArray[np.integer]] = [np.zeros(0, dtype=total.dtype)]
    for first, counts in _counts(total, request.events):
        inside = np.flatnonzero((counts >= low - ROUNDING) & (counts <= high + ROUNDING))
        legal.append((inside + first).astype(total.dtype))
    return Starts(role, request, np.concatenate(legal))


def _explained(system: str, both: tuple[Starts, Starts], total: NDArray[np.integer], what: str) -> str:
    lines = [f"{system} ({len(total) - 1} events, {total[-1]} of them anomalous): {what}"]
    lines += [f"  {starts.role}: {_possible(starts, total)}" for starts in both]
    lines.append("  ask for fewer episodes, shorter spans or a wider rate in params.yaml")
    return "\n".join(lines)


def _possible(starts: Starts, total: NDArray[np.integer]) -> str:
    low, high = starts.request.rate
    asked = f"{starts.length} events with {low:g} to {high:g} anomalous"
    if starts.length >= len(total):
        return f"{asked}: the system has only {len(total) - 1} events"
    extremes = [(int(counts.min()), int(counts.max())) for _, counts in _counts(total, starts.length)]
    least, most = min(low for low, _ in extremes) / starts.length, max(high for _, high in extremes) / starts.length
    return f"{asked}: at most {_disjoint(starts)} disjoint spans; spans of that length have {least:g} to {most:g}"


def _disjoint(starts: Starts) -> int:
    count, start = 0, starts.first(0)
    while start != NO_PLACE:
        count, start = count + 1, starts.first(start + starts.length)
    return count
