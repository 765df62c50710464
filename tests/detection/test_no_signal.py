"""Where labels say nothing of texts, a choice made on the query still finds something: what the protocols differ by."""

from __future__ import annotations

import numpy as np
from detection.asked import experiment
from detection.made import with_events
from detection.toy import problem

from crosslog.detection.detectors.crosyslog import CroSysLog
from crosslog.detection.episodes.adapting import AdaptationRules
from crosslog.detection.episodes.scoring import score_episodes
from crosslog.detection.events import Episode, Windows

RATE = 0.48  # near one half, where steps go back and forth across the threshold


def without_signal(windows: Windows, rng: np.random.Generator) -> Windows:
    return with_events(windows, labels=rng.random(len(windows.events)) < RATE)


def mean_f1(protocol: str) -> float:
    rng = np.random.default_rng(3)
    sources, targets = [], []
    for seed in range(6):
        made, target = problem(seed)
        sources = [Episode(*(without_signal(part, rng) for part in episode.parts)) for episode in made]
        targets.append(Episode(*(without_signal(part, rng) for part in target.parts)))
    detector = CroSysLog(
        window=100, hidden_size=8, layers=1, inner_learning_rate=1.0, outer_learning_rate=0.01, inner_steps=3,
        test_steps=15, meta_steps=3, second_order=False, class_weights=False, weight_decay=0.01, seed=1,
    )  # fmt: skip
    rules = AdaptationRules(experiment(protocol=protocol), threshold=0.5)
    found = [each.steps.filter("scored") for each in score_episodes(detector.fit(sources), targets, sources, rules)]
    return float(np.mean([2 * row["hits"][0] / (row["alarms"][0] + row["anomalous"][0]) for row in found]))


def test_a_step_that_is_chosen_on_the_query_gives_f1_where_there_is_nothing_to_find() -> None:
    assert mean_f1("published") > mean_f1("honest") + 0.1
