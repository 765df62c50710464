from __future__ import annotations

import numpy as np

from bench.hints import place_alerts


def test_places_count_from_one_and_equals_stand_in_the_order_of_the_log() -> None:
    scores, alerts = np.array([0.1, 0.9, 0.5, 0.5]), np.array([True, False, False, True])
    assert place_alerts(scores, alerts).tolist() == [3, 4]
