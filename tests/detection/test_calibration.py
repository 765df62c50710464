from __future__ import annotations

import numpy as np
import pytest

from crosslog.detection.learning.calibration import UNCHANGED, fit_sigmoid


def test_chances_that_are_too_low_are_raised_to_the_shares_they_had() -> None:
    chances = np.repeat([0.1, 0.3], 1000)
    shares = np.tile(np.repeat([1.0, 0.0], [400, 600]), 2)
    shares[1000:] = np.repeat([1.0, 0.0], [800, 200])
    low, high = fit_sigmoid(chances, shares).apply(np.array([0.1, 0.3]))
    assert (low, high) == pytest.approx((0.4, 0.8), abs=0.002)  # Platt draws labels in by a thousandth


def test_classes_that_lie_far_apart_stay_short_of_certain() -> None:
    chances = np.repeat([0.2, 0.6], 10)
    low, high = fit_sigmoid(chances, np.repeat([0.0, 1.0], 10)).apply(np.array([0.2, 0.6]))
    assert (low, high) == pytest.approx((1 / 12, 11 / 12), abs=1e-3)


def test_from_afar_the_same_is_found() -> None:
    chances = np.repeat([1e-6, 1e-5], 100)
    shares = np.concatenate([np.repeat([1.0, 0.0], [20, 80]), np.repeat([1.0, 0.0], [60, 40])])
    low, high = fit_sigmoid(chances, shares).apply(np.array([1e-6, 1e-5]))
    assert (low, high) == pytest.approx((0.2, 0.6), abs=0.02)


@pytest.mark.parametrize("shares", [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
def test_a_missing_class_or_an_order_turned_round_changes_nothing(shares: list[float]) -> None:
    assert fit_sigmoid(np.array([0.2, 0.7]), np.array(shares)) == UNCHANGED
