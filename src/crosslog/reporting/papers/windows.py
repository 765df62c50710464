"""What a paper prints of windows, and which arms of a run are of its kind: published_windows.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from crosslog.reporting.numbers.arms import arm_of
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.settings import Frozen, read_yaml

METHOD = "logsynergy"
PRINTED_ROUNDING = (
    0.006  # percent, by which a harmonic mean of printed numbers may miss a printed one for each of its digits
)


class WindowRow(Frozen):
    """A method's precision, recall and F1 in percent, as printed."""

    method: str
    precision: float
    recall: float
    f1: float

    @property
    def harmonic_mean(self) -> float:
        """F1 of the printed precision and recall, in percent; 0 where both are."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def agrees(self) -> bool:
        """Whether the printed F1 may be that of the printed precision and recall, each rounded to two digits."""
        parts = ((self.precision, self.recall), (self.recall, self.precision))
        slack = sum(2 * (other / (own + other)) ** 2 if own + other else 0.0 for own, other in parts)
        return abs(self.f1 - self.harmonic_mean) <= PRINTED_ROUNDING * (1 + slack)


class WindowTarget(Frozen):
    """A target of the paper: its counts, and what methods reach on it."""

    name: str
    systems: tuple[str, ...]
    events: int
    windows: int
    anomalous: int
    rows: tuple[WindowRow, ...]

    @property
    def share(self) -> float:
        """Of its windows that are anomalous."""
        return self.anomalous / self.windows


class WindowPaper(Frozen):
    """A paper's tables of windows."""

    source: str
    counts: str
    targets: tuple[WindowTarget, ...]


@cache
def window_paper() -> WindowPaper:
    """The tables in published_windows.yaml."""
    return WindowPaper.model_validate(read_yaml(Path(__file__).parents[1] / "published_windows.yaml"))


def printed_target(system: str) -> WindowTarget | None:
    """The paper's target that a system stands for here; None where it has none."""
    return next((each for each in window_paper().targets if system in each.systems), None)


def window_arms(inputs: Inputs) -> Iterator[str]:
    """Honest arms of windows on which the paper's method runs."""
    for arm, each in inputs.suite.everything.items():
        if each.unit == "window" and arm_of(each) == "honest" and METHOD in inputs.suite.detectors_of(arm):
            yield arm


def main_arms(inputs: Inputs) -> list[str]:
    """Those of one target, which it is compared on with all methods."""
    return [arm for arm in window_arms(inputs) if len(inputs.suite.everything[arm].targets) == 1]


def all_positive_f1(share: float) -> float:
    """F1 of a method that flags every window, where a share of them is anomalous: 2 p / (1 + p)."""
    return 2 * share / (1 + share)
