"""What a detector's fields may be, as Optuna draws them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_type_hints

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from crosslog.detection.detector import Detector
from crosslog.settings import Space


def distributions(space: Mapping[str, Space], detector: Detector) -> dict[str, BaseDistribution]:
    """A distribution per field, by name; a field that is an int is drawn in whole numbers."""
    kinds = get_type_hints(type(detector))
    return {name: _distribution(space[name], kinds[name] is int) for name in sorted(space)}


def inside(drawn: Mapping[str, BaseDistribution], detector: Detector) -> dict[str, Any]:
    """Those of a detector's own values that could have been drawn."""
    own = {name: getattr(detector, name) for name in drawn}
    return {name: value for name, value in own.items() if _holds(drawn[name], value)}


def _distribution(given: Space, whole: bool) -> BaseDistribution:
    if given.low is None or given.high is None:
        return CategoricalDistribution(given.values or ())
    if whole:
        return IntDistribution(math.ceil(given.low), math.floor(given.high), log=given.log)
    return FloatDistribution(given.low, given.high, log=given.log)


def _holds(distribution: BaseDistribution, value: Any) -> bool:
    if isinstance(distribution, CategoricalDistribution):
        return value in distribution.choices
    if isinstance(distribution, FloatDistribution | IntDistribution) and isinstance(value, int | float):
        return distribution.low <= value <= distribution.high
    return False
