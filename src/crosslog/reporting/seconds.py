"""reports/seconds.md: what each stage of each detector took here; it differs from run to run, so nothing keeps it."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting._inputs import Inputs
from crosslog.reporting._tables import MISSING

PHASES = ("train", "adapt", "score")


class Seconds:
    """Train, adapt and score seconds as Markdown."""

    def render(self, inputs: Inputs) -> dict[str, str]:
        """reports/seconds.md."""
        blocks = [
            "# Seconds",
            "Wall-clock seconds on the machine that ran each stage last, summed over seeds and episodes; vectors were "
            "made before, their time is not in here.",
        ]
        for name in inputs.suite.experiments:
            blocks += _experiment(inputs, name)
        return {"reports/seconds.md": "\n\n".join(blocks) + "\n"}


def _experiment(inputs: Inputs, name: str) -> Iterator[str]:
    yield f"## {name}"
    rows = [f"| Detector | {' | '.join(PHASES)} |", f"| --- |{' ---: |' * len(PHASES)}"]
    for detector in inputs.detectors:
        spent = inputs.seconds.get((name, detector), {})
        cells = [f"{sum(spent[phase]):.2f}" if phase in spent else MISSING for phase in PHASES]
        rows.append(f"| {detector} | {' | '.join(cells)} |")
    yield "\n".join(rows)
    untimed = [detector for detector in inputs.detectors if (name, detector) not in inputs.seconds]
    if untimed:
        yield (
            f"Not timed here: {', '.join(untimed)} (seconds are not cached; a result that DVC took from its cache "
            "has none)."
        )
