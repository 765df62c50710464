"""README.md says what is so: its numbers are those of docs/numbers/, its commands and files exist."""

from __future__ import annotations

import re

import pytest
from imports import REPOSITORY

from bench.published_numbers import Row, load_numbers
from bench.variants import NETWORK_TOLERANCE
from crosslog.settings import read_yaml

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<detector>[a-z_]+) \| (?P<cells>[0-9].*) \|$", re.MULTILINE)
MEASURES = (("event", "f1"), ("event", "auprc"), ("event", "recall_unseen"), ("type", "recall_at_fpr"))
EXPERIMENTS = ("e1_simulated/honest", "e2_simulated/honest")

HONEST, PUBLISHED = "crosyslog_e1_real/honest", "crosyslog_e1_real/published"


def numbers(name: str) -> dict[tuple[str, ...], Row]:
    """Frozen rows by experiment, detector, level and metric."""
    keys = ("experiment", "detector", "level", "metric")
    return {tuple(row[key] for key in keys): row for row in load_numbers(name, REPOSITORY)}


def shown(row: Row) -> str:
    """A number as tables have it, with its interval where it is frozen with one."""
    return f"{row['value']:.3f}" + (f" [{row['low']:.3f}, {row['high']:.3f}]" if "low" in row else "")


@pytest.mark.parametrize("row", list(ROW.finditer(README)), ids=lambda row: row["detector"])
def test_the_table_says_what_is_frozen(row: re.Match[str]) -> None:
    frozen = numbers("simulated")
    expected = [shown(frozen[name, row["detector"], *measure]) for name in EXPERIMENTS for measure in MEASURES]
    assert row["cells"].split(" | ") == expected


def test_the_table_has_every_detector_that_is_frozen() -> None:
    assert {row["detector"] for row in ROW.finditer(README)} == {detector for _, detector, *_ in numbers("simulated")}


def test_the_numbers_on_real_logs_are_the_frozen_ones_beside_the_papers() -> None:
    frozen = numbers("real")
    rows = read_yaml(REPOSITORY / "src/crosslog/reporting/published.yaml")["E1"]["rows"]
    papers = {row["method"]: f"{row['f1'] / 100:.4f}" for row in rows if row["experiment"] == "E1"}
    printed = re.findall(r"^\| `(\w+)` \| (.*) \|$", README, re.MULTILINE)
    assert {detector for detector, _ in printed} == {detector for _, detector, *_ in frozen}
    for detector, cells in printed:
        honest, published, gap = (
            frozen[name, detector, "event", metric]
            for name, metric in ((HONEST, "f1"), (PUBLISHED, "f1"), (PUBLISHED, "f1_gap"))
        )
        own = [shown(honest), shown(published), f"{gap['value']:+.3f}"]
        assert cells.split(" | ") == [*own, papers.get(detector, "–")], detector


def test_it_states_how_far_networks_may_be_off() -> None:
    assert f"within {NETWORK_TOLERANCE:g}".replace("0.", ".") in README


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)\b +#", README)) | {"demo", "test"}))
def test_every_make_target_it_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!reports/)([^)#:]+)\)", README))))
def test_every_file_it_links_to_exists_but_what_a_run_writes(link: str) -> None:
    assert (REPOSITORY / link).exists()
