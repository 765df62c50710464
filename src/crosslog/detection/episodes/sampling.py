"""Episodes: disjoint, time-ordered spans of events, drawn as in CroSysLog (Wang et al. 2024, IV-C), feasibility first.

A start is legal when the share of anomalous events in its span lies in the asked range; a rolling sum gives that for
every start. Two things differ from the published code, which lets a support lie after its query or on it: each query
has its support before it, and supports and queries are disjoint. An experiment whose protocol is `published` is drawn
as that code does it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.episodes.placement import NONE, Pair, SamplingError, Starts, draw, draw_as_published
from crosslog.settings import Experiment, SpanRequest

CHUNK = 1 << 24  # starts looked at in one go, to bound memory
ROUNDING = 1e-6  # events; .07 * 100 is a little more than 7 in binary


def sample(labels: pl.DataFrame, system: str, experiment: Experiment) -> pl.DataFrame:
    """Draw the spans of one system of an experiment.

    Parameters
    ----------
    labels
        `line` and `anomalous` of all its events, in order of line.
    system
        One of the experiment's; a source gives one pair of spans, the target as many as there are episodes.
    experiment
        Its seed and the system's name seed the draw, so that no other system has a say in it.

    Returns
    -------
    pl.DataFrame
        schemas.Spans, episodes numbered in order of their queries (as drawn, where the protocol is `published`).

    Raises
    ------
    SamplingError
        If the system cannot give that many spans; the message says which, and what would fit.
    """
    is_target = system == experiment.target
    roles = ("support", "query") if is_target else ("source_support", "source_query")
    total = _cumulative(labels["anomalous"].to_numpy())
    supports, queries = (_starts(role, experiment.span(role), total) for role in roles)
    rng = np.random.default_rng([experiment.sampling_seed, *system.encode()])
    wanted = experiment.episodes if is_target else 1
    drawn = draw if experiment.protocol == "honest" else draw_as_published
    try:
        pairs = drawn(supports, queries, wanted, rng)
    except SamplingError as error:
        raise SamplingError(_explained(system, (supports, queries), total, str(error))) from None
    return _frame(pairs, (supports, queries), total, labels["line"]).select(
        "episode",
        pl.lit(system).alias("system"),
        pl.all().exclude("episode"),
        pl.lit(experiment.sampling_seed, pl.Int64).alias("seed"),
    )


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


def _frame(
    pairs: list[Pair], both: tuple[Starts, Starts], total: NDArray[np.integer], lines: pl.Series
) -> pl.DataFrame:
    episodes = np.repeat(np.arange(len(pairs)), 2)
    first = np.array(pairs, dtype=np.int64).reshape(-1)
    length = np.tile([starts.length for starts in both], len(pairs))
    return pl.DataFrame(
        {
            "episode": pl.Series(episodes, dtype=pl.UInt32),
            "role": [starts.role for _ in pairs for starts in both],
            "first_line": lines.gather(first).cast(pl.UInt64),
            "last_line": lines.gather(first + length - 1).cast(pl.UInt64),
            "events": pl.Series(length, dtype=pl.UInt32),
            "anomalous": pl.Series(total[first + length] - total[first], dtype=pl.UInt32),
        }
    )


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
    while start != NONE:
        count, start = count + 1, starts.first(start + starts.length)
    return count
