"""README.md says what is so: its numbers are those of reports/, its commands and files exist."""

from __future__ import annotations

import json
import re

import pytest
from imports import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<detector>[a-z_]+) \| (?P<cells>[0-9].*) \|$", re.MULTILINE)
MEASURES = (("event", "f1", "fixed"), ("event", "auprc", ""), ("event", "recall_unseen", "fixed"))
ALL_MEASURES = (*MEASURES, ("type", "recall_at_fpr", ""))


def reported(experiment: str, detector: str) -> list[str]:
    """The cells of a row, from reports/metrics."""
    path = REPOSITORY / "reports" / "metrics" / experiment / f"{detector}.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    found = {(row["level"], row["metric"], row["threshold"]): row for row in rows}
    f1, *others = (found[measure] for measure in ALL_MEASURES)
    interval = f"{f1['value']:.3f} [{f1['low']:.3f}, {f1['high']:.3f}]"
    return [interval, *(f"{row['value']:.3f}" for row in others)]


@pytest.mark.parametrize("row", list(ROW.finditer(README)), ids=lambda row: row["detector"])
def test_the_table_says_what_the_reports_say(row: re.Match[str]) -> None:
    expected = [cell for name in ("e1_simulated", "e2_simulated") for cell in reported(name, row["detector"])]
    assert row["cells"].split(" | ") == expected


def test_the_table_has_every_detector() -> None:
    reports = {path.stem for path in (REPOSITORY / "reports" / "metrics" / "e1_simulated").glob("*.json")}
    assert {row["detector"] for row in ROW.finditer(README)} == reports


def test_the_numbers_on_real_logs_are_those_of_the_kept_tables() -> None:
    tables = (REPOSITORY / "reports" / "crosyslog" / "real" / "effectiveness.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in tables.splitlines() if line.startswith("| ")]
    kept: dict[str, list[str]] = {}
    for row in rows:
        kept.setdefault(row[0], row)
    said = re.findall(r"^\| `(\w+)` \| (.*) \|$", README, re.MULTILINE)
    assert len(said) > 5
    for detector, cells in said:
        row = kept[detector]
        assert cells.split(" | ") == [row[4], row[7], row[8], row[12]], detector


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)\b +#", README)) | {"demo", "test"}))
def test_every_make_target_it_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_file_it_links_to_exists(link: str) -> None:
    assert (REPOSITORY / link).exists()
