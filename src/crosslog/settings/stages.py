"""The section of each stage."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from crosslog.settings.reading import Frozen, Name


class SimulateSettings(Frozen):
    """Size and seed of the simulated logs."""

    lines: int = Field(gt=0)
    seed: int


class ParseSettings(Frozen):
    """How raw bytes become events, messages and templates."""

    chunk_bytes: int = Field(gt=0)
    max_bad_fraction: float = Field(ge=0, le=1)
    miner: Name  # of experiments that name none


class TokenPrices(Frozen):
    """What a million tokens cost, in US dollars."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class InterpretSettings(Frozen):
    """Who interprets templates: rules on this machine, or an OpenAI-compatible endpoint; how, and at what cost."""

    online: bool
    model: str | None
    base_url: str | None
    prompt: str
    decoding: dict[str, Any]
    batch: int = Field(gt=0)
    concurrency: int = Field(gt=0)
    attempts: int = Field(gt=0)
    max_retries: int = Field(ge=0)
    timeout_seconds: float = Field(gt=0)
    prices: TokenPrices | None
    max_requests: int | None = Field(ge=0)
    max_cost: float | None = Field(ge=0)

    @model_validator(mode="after")
    def _money_can_be_counted(self) -> InterpretSettings:
        if self.max_cost is not None and self.prices is None:
            raise ValueError("max_cost needs prices (input and output, dollars per million tokens); or make it null")
        return self


class EmbedSettings(Frozen):
    """Which encoder turns texts into vectors; `options` is the encoder's own block, `systems` overrides it for some."""

    encoder: str
    grid_bits: int = Field(ge=1, le=23)  # vectors are stored in multiples of 2**-grid_bits
    options: dict[str, Any]
    systems: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def options_for(self, system: str) -> dict[str, Any]:
        """The encoder's block for a system."""
        return {**self.options, **self.systems.get(system, {})}

    @model_validator(mode="after")
    def _systems_override_options(self) -> EmbedSettings:
        for system, block in self.systems.items():
            if unknown := sorted(set(block) - set(self.options)):
                raise ValueError(f"systems.{system} overrides {unknown}, which options does not name")
        return self


class EvaluateSettings(Frozen):
    """Thresholds and intervals; none of them is ever chosen on a query."""

    threshold: float = Field(gt=0, le=1)  # as scores are
    type_false_positive_rate: float = Field(gt=0, lt=1)
    resamples: int = Field(gt=0)
    blocks: int = Field(gt=1)  # that a single query is cut into, to be resampled
    confidence: float = Field(gt=0, lt=1)
    seed: int


class ReportSettings(Frozen):
    """Which files of reporting/ are rendered, in this order."""

    parts: tuple[str, ...]


class ReviewSettings(Frozen):
    """How much may stay unreviewed before flows/review.py waits for people, and how long it waits; None: no limit."""

    max_open: int | None = Field(ge=0)
    max_open_share: float | None = Field(ge=0, le=1)
    wait_hours: float = Field(gt=0)
