"""What pads a run moves no score of its events, whichever way a method reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from detection.restored import KIND, build
from detection.toy import problem

from crosslog import plugins
from crosslog.detection.learning.sequence_classifier import SequenceClassifier

CUT = [name for name in plugins.names(KIND) if issubclass(plugins.load(KIND, name), SequenceClassifier)] + ["logtad"]
SOURCES, TARGET = problem()
EVENTS = 5


@pytest.mark.parametrize("name", CUT)
def test_scores_of_a_run_stay_when_padding_is_added(name: str) -> None:
    short = TARGET.query.withhold().cut_runs(EVENTS)
    adapted = build(name).fit(SOURCES).adapt(TARGET.support, SOURCES)
    among_longer = replace(short, bounds=np.concatenate([short.bounds, TARGET.query.bounds]))
    padded, alone = adapted.score(among_longer), replace(adapted, window=EVENTS).score(short)
    assert np.allclose(padded[: len(alone)], alone, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", CUT)
def test_no_windows_give_no_scores(name: str) -> None:
    none = TARGET.query.withhold().take(slice(0, 0))
    assert build(name).fit(SOURCES).adapt(TARGET.support, SOURCES).score(none).shape == (0,)
