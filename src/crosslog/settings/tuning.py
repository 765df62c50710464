"""How hyper-parameters are searched for: trials, seed, and the space of each detector."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from crosslog.settings.reading import Frozen


class Space(Frozen):
    """What one field of a detector may be: one of some values, or a number between two, on a log scale if so said."""

    values: tuple[Any, ...] | None = Field(default=None, min_length=1)
    low: float | None = None
    high: float | None = None
    log: bool = False

    @model_validator(mode="after")
    def _values_or_a_range(self) -> Space:
        if self.values is not None:
            if self.low is not None or self.high is not None or self.log:
                raise ValueError("give either values, or low and high")
        elif self.low is None or self.high is None:
            raise ValueError("give either values, or low and high")
        elif not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(f"low {self.low:g} and high {self.high:g} are no range" + " above 0" * self.log)
        return self


class TuneSettings(Frozen):
    """A search per experiment and detector, on source systems alone, one of them left out at a time."""

    trials: int = Field(gt=0)
    startup_trials: int = Field(gt=0)  # drawn at random before the sampler learns, and before any is pruned
    seed: int = Field(ge=0)
    spaces: dict[str, dict[str, Space]]  # detector: field: what it may be
