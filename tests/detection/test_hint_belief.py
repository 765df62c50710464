"""What verdicts teach of templates that nobody has judged."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from crosslog.detection.hints import belief as belief_module
from crosslog.detection.hints.belief import ANY_SHARE, PART_SHARE, PRIOR_JUDGEMENTS, apply_verdicts, form_belief
from crosslog.detection.hints.joining import PART_WEIGHTS

EAST, NORTH, WEST = np.float32([[1, 0], [0, 1], [-1, 0]])


def scored(*scores: float, **parts: list[float | None]) -> pl.DataFrame:
    rows = len(scores)
    nothing = {part: [None] * rows for part in PART_WEIGHTS}
    columns = {"score": scores, **nothing, **parts}
    return pl.DataFrame(columns, schema_overrides=dict.fromkeys(["score", *PART_WEIGHTS], pl.Float64))


def chances(frame: pl.DataFrame, verdicts: list[str | None], vectors: NDArray[np.float32] | None = None) -> list[float]:
    found: list[float] = apply_verdicts(frame, vectors, verdicts)["chance"].to_list()
    return found


def test_without_verdicts_the_chance_is_the_score_and_never_certain() -> None:
    assert chances(scored(0.3, 0.0, 1.0), [None, None, None]) == pytest.approx([0.3, 0.02, 0.98])


def test_a_verdict_is_never_overruled() -> None:
    vectors = np.stack([EAST] * 6)
    words: list[str | None] = ["normal", "anomalous", "depends", "anomalous", "anomalous", ""]
    found = apply_verdicts(scored(1, 0, 0, 0.5, 0.5, 1), vectors, words)
    assert found["score"].to_list()[:5] == [0, 1, 0.5, 1, 1]
    assert 0 < found["score"].to_list()[5] < 1
    assert found["verdict"].to_list() == [*words[:5], None]


def test_what_resembles_an_anomaly_is_likelier_than_the_new_and_that_than_what_resembles_the_normal() -> None:
    vectors = np.stack([EAST, EAST, NORTH, WEST, WEST])
    found = chances(scored(*[0.2] * 5), ["normal", None, None, None, "anomalous"], vectors)
    assert found[3] > found[2] > found[1]


def test_verdicts_teach_which_parts_matter_here() -> None:
    frame = scored(*[0.5] * 4, burst=[1, 1, 0, 0])
    found = chances(frame, ["anomalous", None, "normal", None])
    assert found[1] > 0.5 > found[3]


def test_depends_is_half_a_verdict_each_way() -> None:
    vectors = np.stack([EAST, EAST])
    found = [chances(scored(0.2, 0.2), [word, None], vectors)[1] for word in ("normal", "depends", "anomalous")]
    same = PART_SHARE + ANY_SHARE  # of a judgement, where the same is known without labels
    priors = [(0.2 * PRIOR_JUDGEMENTS + share * same) / (PRIOR_JUDGEMENTS + same) for share in (0, 0.5, 1)]
    shares = zip(priors, (0, 0.5, 1), strict=True)
    expected = [(prior * PRIOR_JUDGEMENTS + share) / (PRIOR_JUDGEMENTS + 1) for prior, share in shares]
    assert found == pytest.approx(expected)


def test_doubt_falls_with_evidence() -> None:
    vectors = np.stack([EAST, EAST, NORTH])
    alike, unlike = apply_verdicts(scored(0.3, 0.3, 0.3), vectors, ["normal", None, None])["doubt"].to_list()[1:]
    assert alike < unlike


def test_the_judged_template_that_is_alike_is_named_and_what_resembles_none_names_none() -> None:
    vectors = np.stack([NORTH, EAST, EAST, WEST])
    found = apply_verdicts(scored(*[0.2] * 4), vectors, ["normal", "anomalous", None, None])
    assert found["like_row"].to_list() == [None, None, 1, None]


def test_many_verdicts_at_once_are_the_same_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(30, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    frame = scored(*draw.uniform(size=30), burst=draw.uniform(size=30).tolist())
    one_by_one, shares = form_belief(frame, vectors), draw.integers(0, 2, 20).astype(np.float64)
    for number in range(20):
        one_by_one.judge(np.array([number]), shares[[number]])
    monkeypatch.setattr(belief_module, "JUDGED_AT_ONCE", 7)
    at_once = form_belief(frame, vectors)
    at_once.judge(np.arange(20), shares)
    assert at_once.chance == pytest.approx(one_by_one.chance)
    assert np.array_equal(at_once.left, one_by_one.left)
    assert at_once.find_closest(np.arange(20))[0].tolist()[:20] == list(range(20))


def test_a_log_without_templates_believes_nothing() -> None:
    assert apply_verdicts(scored(), np.zeros((0, 2), np.float32), []).is_empty()
