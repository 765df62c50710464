"""The bench of interpretations: its arithmetic, its report, and the list of pairs that it measures with."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from projects import TOP, small_settings, write_params

from bench import interpretations
from bench._pairs import PAIRS, Pairs, Purity, areas, found, hard, interval, meanings, means, purity, ranks
from bench.interpretations import head, main, tables, templates_of, wordings
from crosslog.interpretation.meanings import Meaning, Request
from crosslog.interpretation.rules import curated
from crosslog.settings import EvaluateSettings, Settings

SETTINGS = EvaluateSettings(
    threshold=0.5, type_false_positive_rate=0.1, resamples=200, confidence=0.9, blocks=2, seed=1
)
TEMPLATES = pl.DataFrame(
    [
        ("amy", "a0", "lamp <*> is out", "lamp hex number is out"),
        ("amy", "a1", "gizmo turned left", "gizmo turned left"),
        ("bob", "b0", "light <*> failed", "light hex number failed"),
        ("bob", "b1", "gizmo turned right", "gizmo turned right"),
        ("cat", "c0", "no light", "no light"),
    ],
    schema=["system", "key", "template", "message"],
    orient="row",
)


def _pairs(*rows: tuple[str, str, str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["key_a", "system_a", "key_b", "system_b", "meaning"], orient="row")


LISTED = _pairs(
    ("a0", "amy", "b0", "bob", "same"), ("b0", "bob", "c0", "cat", "same"), ("a1", "amy", "b1", "bob", "different")
)


def _unit(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


# arithmetic


def test_pairs_become_rows_of_the_templates() -> None:
    pairs = found(LISTED, TEMPLATES)
    assert pairs.rows.tolist() == [[0, 2], [2, 4], [1, 3]]
    assert pairs.same.tolist() == [True, True, False]
    assert pairs.missing == []


def test_a_key_counts_only_as_its_own_system_s() -> None:
    with pytest.raises(SystemExit, match="1 of the 2 listed templates are not in their logs: b0 of cat"):
        found(_pairs(("a0", "amy", "b0", "cat", "same")), TEMPLATES)


def test_a_few_missing_keys_are_named_and_their_pairs_left_out() -> None:
    many = [(f"a{n}", "amy", f"b{n}", "bob", "same") for n in range(10)]
    templates = pl.DataFrame(
        {
            "system": ["amy"] * 10 + ["bob"] * 9,
            "key": [f"a{n}" for n in range(10)] + [f"b{n}" for n in range(9)],
            "template": [f"word{n}" for n in range(19)],
        }
    )
    pairs = found(_pairs(*many), templates)
    assert pairs.missing == ["b9 of bob"]
    assert pairs.rows.tolist() == [[n, n + 10] for n in range(9)]


def test_a_pair_is_hard_when_words_mislead() -> None:
    texts = ["disk sda is full", "disk is full", "no space left", "disk is fine"]
    rows = np.array([[0, 1], [0, 2], [1, 3], [2, 3]])  # words in common: 3 of 3, 0 of 3, 2 of 3, 0 of 3
    same = np.array([True, True, False, False])
    assert hard(texts, rows, same).tolist() == [False, True, True, False]


def test_meaning_goes_on_from_pair_to_pair() -> None:
    numbers = meanings(np.array([[4, 3], [3, 2], [0, 5]]), 6)
    assert numbers[4] == numbers[3] == numbers[2]
    assert numbers[0] == numbers[5]
    assert len({*numbers.tolist()}) == 3


def test_a_rank_counts_what_is_nearer_in_other_systems_only() -> None:
    vectors = _unit(0, 5, 20, 10, 50)
    systems, meaning = np.array(["amy", "amy", "bob", "bob", "cat"]), np.array([7, 1, 7, 3, 7])
    assert ranks(vectors, systems, meaning, np.array([0, 4])).tolist() == [2, 1]


def test_what_is_just_as_near_counts_one_half() -> None:
    vectors = _unit(0, 30, 30, 30)
    systems, meaning = np.array(["amy", "bob", "bob", "cat"]), np.array([0, 0, 2, 3])
    assert ranks(vectors, systems, meaning, np.array([0])).tolist() == [2]


def test_purity_counts_templates_and_meanings() -> None:
    measured = purity(np.array([1, 1, 1, 4, 10]), np.array([0, 0, 0, 5, 5]))
    assert measured == pytest.approx(Purity(3 / 5, 1 / 2, 4 / 5, (3 + 0.25 + 0.1) / 5))


def test_a_tie_is_not_the_nearest() -> None:
    assert purity(np.array([1.5]), np.array([0])).nearest == 0


def test_areas_are_one_where_every_same_pair_is_closer_and_undefined_without_both_kinds() -> None:
    drawn = areas(np.array([True, True, False]), np.array([0.9, 0.8, 0.1]), SETTINGS)
    assert len(drawn) == SETTINGS.resamples
    assert {*drawn[~np.isnan(drawn)]} == {1.0}
    assert np.isnan(drawn).any()
    assert interval(drawn, 0.9) == (1.0, 1.0)


def test_the_same_pairs_are_drawn_for_every_wording() -> None:
    same, closeness = np.array([True, False] * 10), np.linspace(-1, 1, 20)
    assert np.array_equal(areas(same, closeness, SETTINGS), areas(same, closeness * 2, SETTINGS), equal_nan=True)


def test_whole_meanings_are_drawn_for_the_interval_of_a_mean() -> None:
    drawn = means(np.array([1.0, 1.0, 1.0, 0.0]), np.array([3, 3, 3, 8]), SETTINGS)
    assert {*drawn.tolist()} == {0.0, 0.75, 1.0}


def test_an_interval_holds_the_middle_and_leaves_out_what_is_undefined() -> None:
    assert interval(np.array([*range(101), math.nan], dtype=float), 0.9) == pytest.approx((5, 95))


# the report


def test_what_is_not_curated_keeps_the_sentence_of_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curated, "find_curated", lambda asked: {"a0": Meaning("A lamp went out.", "curated")})
    requests = {row["key"]: Request(row["template"], row["message"]) for row in TEMPLATES.iter_rows(named=True)}
    texts = wordings(TEMPLATES, requests)
    assert [*texts] == ["template", "message", "quoted", "rules", "curated"]
    assert (texts["template"][0], texts["message"][0]) == ("lamp <*> is out", "lamp hex number is out")
    assert texts["curated"] == ["A lamp went out.", *texts["rules"][1:]]


def test_the_head_counts_pairs_meanings_and_what_is_curated() -> None:
    text = head(found(LISTED, TEMPLATES), TEMPLATES, TEMPLATES["key"].is_in(["a0", "b0"]))
    assert "3 pairs of templates of different systems (amy, bob, cat): 2 with the same meaning, 1 with another" in text
    assert "40% of the listed templates (50% of amy, 50% of bob, 0% of cat)" in text
    assert "of 3 templates that have a partner" in text
    assert "of 1 meanings" in text


def test_templates_that_are_gone_are_counted_in_the_head() -> None:
    pairs = found(LISTED, TEMPLATES)._replace(missing=["a9 of amy"])
    assert "No longer there: 1 (a9 of amy)." in head(pairs, TEMPLATES, TEMPLATES["key"] == "a0")


def test_a_table_has_a_row_per_wording_beside_that_of_the_template() -> None:
    pairs = Pairs(np.array([[0, 2], [2, 4], [1, 3]]), np.array([True, True, False]), np.array([True, False, True]), [])
    vectors = {"template": _unit(0, 10, 60, 20, 90), "curated": _unit(0, 90, 1, 45, 2)}
    text = tables(pairs, TEMPLATES, vectors)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    assert "## All pairs: 3 (2 the same)" in text
    assert "## Hard pairs: 2 (1 the same)" in text
    assert [row[0] for row in rows] == ["template", "curated"] * 2
    assert rows[0][1] == "0.67"  # the one at 0 degrees is nearer to that at 20 than to its partners at 60 and 90
    assert rows[0][5] == rows[0][7] == "–"
    assert rows[1][1] == "1.00"
    assert rows[1][6].startswith("1.00 [1.00")
    assert rows[1][7].startswith("+1.00")


def test_the_bench_writes_what_it_prints(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_params(workspace)
    LISTED.write_csv(workspace / "pairs.csv")
    monkeypatch.setattr(interpretations, "PAIRS", workspace / "pairs.csv")
    monkeypatch.setattr(
        interpretations, "templates_of", lambda systems: TEMPLATES.filter(pl.col("system").is_in(systems))
    )
    monkeypatch.setattr(interpretations, "embedded", lambda texts: _unit(*range(0, 10 * len(texts), 10)))
    main()
    assert (workspace / "reports/bench/interpretations.md").read_text(
        encoding="utf-8"
    ) + "\n" == capsys.readouterr().out


def test_without_the_public_logs_the_bench_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CROSSLOG_MIRROR", raising=False)
    with pytest.raises(SystemExit, match="CROSSLOG_MIRROR is not set"):
        templates_of({"hdfs_2percent"})


# the list


@pytest.fixture(scope="module")
def pairs() -> pl.DataFrame:
    return pl.read_csv(PAIRS)


def test_the_list_holds_keys_and_no_wording(pairs: pl.DataFrame) -> None:
    assert pairs.columns == ["key_a", "system_a", "key_b", "system_b", "meaning"]
    keys = [*pairs["key_a"], *pairs["key_b"]]
    assert [key for key in keys if not re.fullmatch("[0-9a-f]{16}", key)] == []
    assert {*pairs["system_a"], *pairs["system_b"]} == {"bgl_events", "thunderbird_19k", "hdfs_2percent", "hadoop"}


def test_the_list_has_many_pairs_of_both_kinds_across_systems(pairs: pl.DataFrame) -> None:
    counts = dict(pairs["meaning"].value_counts().iter_rows())
    assert counts.keys() == {"same", "different"}
    assert min(counts.values()) >= 60
    assert pairs.filter(pl.col("system_a") == pl.col("system_b")).is_empty()


def test_no_pair_is_listed_twice(pairs: pl.DataFrame) -> None:
    ends = [pl.concat_str(f"system_{side}", f"key_{side}") for side in "ab"]
    unordered = pairs.select(pl.concat_list(ends).list.sort().alias("ends"))
    assert_frame_equal(unordered.unique(maintain_order=True), unordered)


def test_no_pair_is_called_different_that_others_link(pairs: pl.DataFrame) -> None:
    ends = [pairs.select(system=f"system_{side}", key=f"key_{side}") for side in "ab"]
    listed = found(pairs, pl.concat(ends).unique(maintain_order=True).with_columns(template=pl.lit("")))
    numbers = meanings(listed.rows[listed.same], listed.rows.max() + 1)
    assert not (numbers[listed.rows[:, 0]] == numbers[listed.rows[:, 1]])[~listed.same].any()


@pytest.mark.mirror
def test_every_key_is_a_template_of_its_system(
    pairs: pl.DataFrame, parsed_log: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_parsed(folder: Path, systems: set[str]) -> None:
        for kind in ("templates", "messages"):
            (folder / "data" / kind).mkdir(parents=True)
            for system in systems:
                name = f"data/{kind}/{system}.parquet"
                shutil.copy(parsed_log(system) / name, folder / name)

    monkeypatch.setattr(interpretations, "parse_mirror", copy_parsed)
    listed = found(pairs, templates_of({*pairs["system_a"], *pairs["system_b"]}))
    assert listed.missing == []


@pytest.mark.mirror
@pytest.mark.usefixtures("mirror")
def test_logs_of_the_mirror_are_parsed_in_passing_with_the_settings_of_the_pipeline() -> None:
    templates = templates_of({"bgl_2k"})
    assert templates.columns == ["system", "key", "template", "message"]
    assert set(templates["system"]) == {"bgl_2k"}
    assert templates.height > 50
    mined, own = Settings.load(TOP / "params.yaml"), small_settings()
    assert (mined.parse, mined.miners["drain"]) == (own.parse, own.miners["drain"])
