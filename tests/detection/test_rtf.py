"""The label of the nearest event, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from detection.made import with_texts
from detection.plain import QUERY, windows

from crosslog.detection.detectors.rtf import Rtf


def scores(ids: list[int], anomalous: list[int]) -> list[float]:
    return [float(score) for score in Rtf().adapt(windows(ids, anomalous), []).score(QUERY)]


def test_the_nearest_label_is_taken_and_nearness_is_confidence() -> None:
    found = scores([0, 1], [0, 1])
    assert found[:2] == [0, 1]
    assert found[3] == pytest.approx(0.5 - 0.5 * 0.8)
    assert found[4] == pytest.approx(0.5 + 0.5 * 0.8)


def test_what_nothing_resembles_is_undecided() -> None:
    assert scores([0], [1])[1] == 0.5
    assert scores([0], [1])[2] == 0.5
    assert scores([0], [1])[5] == 0.5


def test_a_text_with_both_labels_gives_its_share() -> None:
    assert scores([0, 0, 0, 0, 1], [1, 1, 1, 0, 0])[0] == 0.75


def test_equally_near_texts_are_taken_together_by_their_events() -> None:
    found = scores([3, 3, 3, 4], [0, 0, 0, 1])  # cosines of [.8, .6] and [.6, .8] to [1, 0] are .8 and .6
    assert found[0] == pytest.approx(0.5 - 0.5 * 0.8)
    tie = Rtf().adapt(windows([0, 0, 0, 1], [0, 0, 0, 1]), [])
    middle = with_texts(windows([0], [0]), table=np.array([[3, 3]], dtype=np.float32))
    assert tie.score(middle)[0] == pytest.approx(0.5 - 0.25 * np.sqrt(0.5))
