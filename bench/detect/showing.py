"""What a person who reads a candidate's findings from the first on has seen after so many lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Showing:
    """Findings, best first, each the numbers of the lines that it shows."""

    findings: Sequence[Sequence[int]]

    @property
    def lines(self) -> int:
        """How many lines are shown altogether."""
        return sum(len(finding) for finding in self.findings)

    def find_first(self, alerts: Mapping[int, str]) -> tuple[int, int] | None:
        """The place of the first alert, among the findings and among the lines shown, from 1 on; None where none is."""
        return next(((rank, line) for rank, line, number in self._read() if number in alerts), None)

    def count_types(self, alerts: Mapping[int, str], lines: int) -> int:
        """How many types of alerts are among the first lines that are shown."""
        return len({alerts[number] for _, line, number in self._read() if line <= lines and number in alerts})

    def _read(self) -> Iterator[tuple[int, int, int]]:
        """Rank of the finding, place among the lines shown, and number of the line in the file."""
        place = 0
        for rank, finding in enumerate(self.findings, start=1):
            for number in finding:
                place += 1
                yield rank, place, number
