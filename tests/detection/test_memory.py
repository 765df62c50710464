"""What is remembered, and what is known without labels."""

from __future__ import annotations

import numpy as np
import pytest
from detection.made import make_texts, make_windows, with_events

from crosslog.detection.detectors.hints import Hints
from crosslog.detection.detectors.memory import VerdictMemory
from crosslog.detection.events import Episode, Windows
from crosslog.detection.hints.joining import PART_WEIGHTS

ROOT = np.sqrt(np.float32(0.5))
TABLE = np.array([[1, 0], [0, 1], [-1, 0], [0.98, 0.199], [0.199, 0.98], [-ROOT, -ROOT]], dtype=np.float32)
MESSAGES = ["pump 1 on", "belt torn", "gate shut", "pump 2 on", "belt ripped", "disk read failed"]
TEXTS = make_texts(TABLE, messages=MESSAGES, severities=np.array([1, 1, 1, 1, 1, 4], dtype=np.int8))


def windows(ids: list[int], anomalous: list[int], templates: list[int] | None = None) -> Windows:
    made = make_windows([ids], [anomalous], TEXTS)
    return made if templates is None else with_events(made, templates=np.array(templates, dtype=np.int32))


QUERY = windows([0, 1, 2, 3, 4, 5], [0] * 6).withhold()
NOWHERE = [Episode(windows([2], [0]), None)]


def remembered(ids: list[int], anomalous: list[int], sources: list[Episode] = NOWHERE) -> np.ndarray:
    return VerdictMemory().fit(sources).adapt(windows(ids, anomalous), sources).score(QUERY)


def test_what_was_judged_is_never_overruled() -> None:
    found = remembered([0] * 50 + [1] * 3 + [5] + [3] * 4, [0] * 50 + [1] * 3 + [0] + [1, 1, 1, 0])
    assert found[[0, 1, 5, 3]].tolist() == [0, 1, 0, 0.75]


def test_another_message_of_a_judged_template_has_its_share() -> None:
    support = windows([0, 1], [0, 1], templates=[0, 1])
    query = windows([3, 4], [0, 0], templates=[1, 0]).withhold()  # closer to those of the other template
    assert VerdictMemory().fit(NOWHERE).adapt(support, NOWHERE).score(query).tolist() == [1, 0]


def test_a_message_outweighs_its_template() -> None:
    support = windows([0, 1, 1], [0, 1, 1], templates=[0, 0, 0])
    query = windows([0, 1, 2], [0] * 3, templates=[0, 0, 0]).withhold()
    assert VerdictMemory().fit(NOWHERE).adapt(support, NOWHERE).score(query).tolist() == pytest.approx([0, 1, 2 / 3])


def test_what_was_not_judged_takes_the_verdict_of_what_is_close() -> None:
    found = remembered([0, 1], [0, 1])
    assert found[3] < found[2] < found[4] < 1


def test_a_text_known_as_anomalous_elsewhere_is_likelier_to_be() -> None:
    elsewhere = [Episode(windows([2, 0], [1, 0]), None)]
    ordinary = [Episode(windows([2, 0], [0, 1]), None)]
    assert remembered([1], [0], elsewhere)[2] > remembered([1], [0], ordinary)[2]


def test_without_labels_only_a_new_message_and_one_that_speaks_of_a_fault_stand_out() -> None:
    support = windows([0] * 96 + [5] * 4, [0] * 100)
    found = Hints().adapt(support, []).score(QUERY)
    assert found[0] < 0.05 < found[5]
    assert found[1] == found[2] == pytest.approx(1 - (1 - PART_WEIGHTS["novelty"]) * (1 - PART_WEIGHTS["rarity"]))


def test_a_fault_word_weighs_less_the_more_events_have_one() -> None:
    few, many = (Hints().adapt(windows([0] * (100 - n) + [5] * n, [0] * 100), []).score(QUERY) for n in (2, 90))
    assert few[5] > many[5]


def test_labels_of_the_support_say_nothing_to_hints() -> None:
    one, other = (Hints().adapt(windows([0, 0, 5], labels), []).score(QUERY) for labels in ([0, 0, 1], [1, 1, 0]))
    assert np.array_equal(one, other)


def test_a_burst_in_the_support_stands_out() -> None:
    burst = [0] * 200 + [2] * 16 + [0] * 200
    spread = ([0] * 25 + [2]) * 16
    together, apart = (Hints().adapt(windows(ids, [0] * len(ids)), []).score(QUERY)[2] for ids in (burst, spread))
    assert together > apart
