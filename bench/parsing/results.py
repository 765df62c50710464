"""From runs to rows: medians, rates and ratios, each against crosslog's best on the same file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.parsing.candidates import Candidate, Outcome
from bench.parsing.inputs import Log
from bench.parsing.measuring import Run

TURNS = 2


@dataclass(frozen=True)
class Row:
    """A candidate's runs over one log; the start is a run that only imports."""

    candidate: Candidate
    log: Log
    start: Outcome
    outcomes: tuple[Outcome, ...]

    @property
    def failure(self) -> str:
        """Why there is no result, or nothing."""
        return next((outcome.failure for outcome in self.outcomes if outcome.failure), "")

    @property
    def runs(self) -> list[Run]:
        """What was measured."""
        return [outcome.run for outcome in self.outcomes if outcome.run]

    @property
    def seconds(self) -> float:
        """Median wall seconds of the whole process."""
        return self.middle(lambda run: run.seconds)

    @property
    def rate(self) -> float:
        """Lines a second."""
        return self.log.lines / self.seconds

    @property
    def memory(self) -> float:
        """Median peak of resident memory, bytes."""
        return self.middle(lambda run: run.memory)

    def middle(self, value: Callable[[Run], float]) -> float:
        """The median of a measure over the runs."""
        return median(map(value, self.runs))


@dataclass(frozen=True)
class Section:
    """Every candidate over one log."""

    log: Log
    rows: tuple[Row, ...]

    @property
    def best(self) -> Row | None:
        """The fastest row of crosslog."""
        return fastest([row for row in self.rows if row.candidate.ours])

    @property
    def rival(self) -> Row | None:
        """The fastest row that is not crosslog's."""
        return fastest([row for row in self.rows if not row.candidate.ours])

    def with_workers(self, workers: int) -> Row | None:
        """The row of crosslog with so many workers, if it has a result."""
        return fastest([row for row in self.rows if row.candidate.workers == workers])

    @property
    def speed_up(self) -> float | None:
        """How many times as fast two workers are as one."""
        return ratio(self.with_workers(1), self.with_workers(2))


def fastest(rows: Sequence[Row]) -> Row | None:
    """The row of the fewest seconds among those with a result."""
    return min((row for row in rows if not row.failure), key=lambda row: row.seconds, default=None)


def ratio(slow: Row | None, fast: Row | None) -> float | None:
    """How many times as long the first takes."""
    return slow.seconds / fast.seconds if slow and fast else None


def growth(small: Row, large: Row) -> float | None:
    """Peak memory over the larger log, as a multiple of that over the smaller one."""
    return None if small.failure or large.failure else large.memory / small.memory


def compared(
    starts: Mapping[Candidate, Outcome], repeats: int, run: Callable[[Candidate], Outcome]
) -> dict[Candidate, tuple[Outcome, ...]]:
    """Each candidate's outcomes; every second turn goes backwards, and what has failed once is not run again."""
    outcomes: dict[Candidate, tuple[Outcome, ...]] = {
        candidate: (start,) if start.failure else () for candidate, start in starts.items()
    }
    for turn in range(repeats):
        for candidate in starts if turn % TURNS == 0 else reversed(list(starts)):
            if not any(outcome.failure for outcome in outcomes[candidate]):
                outcomes[candidate] += (run(candidate),)
    return outcomes
