"""Which support a detector is adapted to, and which of its adaptation steps is scored.

Each episode's own support and the last step, unless the method or the protocol says otherwise. A detector whose
`one_support` is true is adapted once, to a random support, and scored on every query: so CroSysLog (Wang et al. 2024,
IV-E) compares the one-to-one transfer methods. And where the protocol is `published`, the step with the best F1 on the
query is scored, as in its public code, which takes the maximum over all steps but the one before the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.events import Episode, Windows
from crosslog.settings import Experiment

STEP_COLUMNS = {"step": pl.UInt32, "hits": pl.UInt32, "alarms": pl.UInt32, "anomalous": pl.UInt32, "scored": pl.Boolean}


@runtime_checkable
class Stepwise(Protocol):
    """A detector that adapts by gradient steps and can show each."""

    def adaptations(self, support: Windows) -> Iterator[Self]:
        """The detector before any step on the support, and after each; the last is what `adapt` gives."""
        ...


class AdaptationRules(NamedTuple):
    """How an experiment has its detectors adapted."""

    experiment: Experiment
    threshold: float  # a step flags scores from here on

    @property
    def by_query(self) -> bool:
        """Whether the step is chosen with the labels of the query."""
        return self.experiment.protocol == "published"

    def choose_support(self, episodes: Sequence[Episode]) -> int:
        """A random episode's support: of all or, where the protocol is honest, of those before any query begins."""
        first = min(_lines(episode.query).min() for episode in episodes)
        possible = [
            number
            for number, episode in enumerate(episodes)
            if self.by_query or _lines(episode.support).max(initial=0) < first
        ]
        return possible[np.random.default_rng(self.experiment.sampling_seed).integers(len(possible))]

    def choose_step(self, steps: pl.DataFrame) -> int:
        """The step to score: the last, or the first of those with the best F1 on the query."""
        if not self.by_query:
            return steps.height - 1
        adapted = steps.filter(pl.col("step") > 0)
        f1 = adapted["hits"] / (adapted["alarms"] + adapted["anomalous"])
        return 1 + int(np.argmax(f1.fill_nan(0).to_numpy()))


def count_steps(scores: Sequence[NDArray[np.float32]], truth: NDArray[np.bool_], threshold: float) -> pl.DataFrame:
    """STEP_COLUMNS but `scored`: what each step flags, from the query's (size,) scores after each and its truth."""
    flags = [values >= threshold for values in scores]
    rows = [(step, (flagged & truth).sum(), flagged.sum(), truth.sum()) for step, flagged in enumerate(flags)]
    columns = {name: kind for name, kind in STEP_COLUMNS.items() if name != "scored"}
    return pl.DataFrame(rows, schema=columns, orient="row")


def _lines(windows: Windows | None) -> NDArray[np.int64]:
    assert windows is not None, "an episode to be scored has a query"
    return windows.events.lines[windows.slots]
