"""Two clusters, the smaller one anomalous."""

from __future__ import annotations

import numpy as np
import pytest
from detection.plain import QUERY, windows

from crosslog.detection.detectors.kmeans import KMeans


def test_the_cluster_with_fewer_events_is_anomalous_though_it_has_more_texts() -> None:
    found = KMeans().adapt(windows([1, 1, 1, 1, 1, 5, 2], [0] * 7), []).score(QUERY)
    assert found[[1, 4, 3]].max() < 0.5 < found[[5, 2]].min()
    assert found[1] == pytest.approx(0)


def test_half_way_is_a_half() -> None:
    found = KMeans().adapt(windows([0, 0, 2], [0] * 3), []).score(QUERY)
    assert found[[0, 1, 2]] == pytest.approx([0, 0.5, 1])


def test_labels_are_not_read() -> None:
    ids = [0, 0, 3, 4, 5, 2]
    states = [KMeans().adapt(windows(ids, labels), []).state for labels in ([0] * 6, [1] * 6, [1, 1, 0, 0, 1, 0])]
    assert all(np.array_equal(states[0]["centres"], state["centres"]) for state in states)


def test_a_support_of_one_text_is_one_cluster() -> None:
    found = KMeans().adapt(windows([0, 0, 0], [0, 0, 1]), []).score(QUERY)
    assert found[0] == pytest.approx(0)
    assert np.isfinite(found).all()
