"""Blocks of plugins in params.yaml: variants of a detector, and what does not fit the fields of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crosslog import plugins
from crosslog.settings.reading import Frozen, Name
from crosslog.settings.stages import EmbedSettings

DETECTORS = "detection.detectors"
Block = Mapping[str, Any]
Misfit = tuple[tuple[str, ...], str]
"""Where it stands in the file, and what is wrong."""


class Variant(Frozen):
    """A detector again, under a name of its own and with some fields of its block changed."""

    of: Name
    changes: dict[str, Any]

    def block(self, detectors: Mapping[str, Block]) -> dict[str, Any]:
        """All fields."""
        return {**detectors[self.of], **self.changes}


def check_variants(variants: Mapping[str, Variant], detectors: Mapping[str, Block]) -> None:
    """Raise a ValueError where a variant is of no detector, or has the name of one."""
    for name, variant in variants.items():
        if variant.of not in detectors:
            there = ", ".join(detectors)
            raise ValueError(
                f"variants.{name} is of {variant.of!r}, which has no block in `detectors`; there are: {there}"
            )
        if name in detectors or name in plugins.names(DETECTORS):
            raise ValueError(f"variants.{name}: a detector has that name; a variant needs one of its own")


def find_detector_misfits(detectors: Mapping[str, Block], variants: Mapping[str, Variant]) -> Iterator[Misfit]:
    """Of detectors; of a variant what it changes, for the rest stands in its detector's block."""
    for name, block in detectors.items():
        yield from _placed(("detectors", name), plugins.find_misfits(DETECTORS, name, block, "seed"))
    for name, variant in variants.items():
        found = plugins.find_misfits(DETECTORS, variant.of, variant.block(detectors), "seed")
        own = ((field, problem) for field, problem in found if field in variant.changes)
        yield from _placed(("variants", name, "changes"), own)


def find_other_misfits(miners: Mapping[str, Block], encoders: Mapping[str, EmbedSettings]) -> Iterator[Misfit]:
    """Of miners and of encoders, each with what it changes for some systems."""
    for name, block in miners.items():
        yield from _placed(("miners", name), plugins.find_misfits("logs.mining", name, block))
    for name, encoder in encoders.items():
        several: dict[tuple[str, ...], Block] = {("options",): encoder.options}
        several |= {("systems", each): {**encoder.options, **block} for each, block in encoder.systems.items()}
        for place, block in several.items():
            found = plugins.find_misfits("embedding.encoders", encoder.encoder, block)
            yield from _placed(("encoders", name, *place), found)


def _placed(where: tuple[str, ...], found: Iterator[tuple[str, str]]) -> Iterator[Misfit]:
    return (((*where, field), problem) for field, problem in found)
