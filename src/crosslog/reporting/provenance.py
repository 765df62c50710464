"""Where the numbers are from: systems, experiments, and what every detector and the encoder were set to."""

from __future__ import annotations

from collections.abc import Mapping

from crosslog.reporting.document.chapter import (
    Bullets,
    Cell,
    Chapter,
    ChapterBlock,
    Code,
    Grid,
    Link,
    Prose,
    Row,
    Section,
)
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.measures import word_cell
from crosslog.settings import Experiment


def chapter(inputs: Inputs) -> Chapter:
    """Two tables, and every parameter on demand."""
    detectors = tuple(_parameters(name, block) for name, block in inputs.detectors.items())
    parameters = Section(
        "Encoder and parameters of every detector",
        (*(_encoder(inputs, name) for name in inputs.encoders), Bullets(detectors)),
        folded=True,
    )
    files: ChapterBlock = "No file of numbers is known."
    if inputs.files:
        files = (
            "Numbers of a table lead to the file that they stand in: one per detector of each experiment, such as ",
            Link(*[next(iter(inputs.files.values()))] * 2),
            ".",
        )
    return Chapter("Provenance", (files, _systems(inputs), _experiments(inputs), parameters))


def _systems(inputs: Inputs) -> Grid:
    rows = []
    for name in inputs.suite.logs:
        system, mark = inputs.systems[name], inputs.mark(name)
        part = f", lines {system.part[0]:,} to {system.part[1]:,}" if system.part else ""
        origin = "simulated" if system.is_simulated else "own" if system.path else "public"
        told = (
            origin + (f", {mark}" if mark and mark != origin else ""),
            f"{system.format}{part}",
            system.description,
            system.labels.note or system.labels.source,
            system.licence or "",
        )
        rows.append(Row(name, tuple(map(word_cell, told))))
    return Grid("Systems", ("Lines", "Format", "What it is", "Labels", "Licence"), tuple(rows), "System")


HEAD = ("Protocol", "Sources", "Target", "Text", "Unit", "Cut", "Split", "Seeds")


def _experiments(inputs: Inputs) -> Grid:
    rows = tuple(Row(arm, tuple(_told(each))) for arm, each in inputs.suite.everything.items())
    return Grid("Experiments", HEAD, rows, "Experiment")


def _told(each: Experiment) -> list[Cell]:
    sources = each.sources if isinstance(each.sources, str) else ", ".join(each.sources)
    split = [f"{name}: {_value(value)}" for name, value in each.split.model_dump().items()]
    told = (
        each.protocol + ", labels shuffled" * (each.labels == "shuffled"),
        sources,
        ", ".join(each.targets),
        each.representation,
        each.unit,
        ", ".join(f"{name}: {value}" for name, value in each.cut.model_dump(exclude_none=True).items()),
        "; ".join((*split, f"drawn with seed {each.sampling_seed}")),
        ", ".join(map(str, each.seeds)),
    )
    return [word_cell(text) for text in told]


def _value(value: object) -> str:
    """A field of a split; how many events and which rates, where it is a request for a span."""
    if isinstance(value, Mapping) and {"events", "rate"} <= set(value):
        return f"{value['events']:,} events, rate {' to '.join(map(str, value['rate']))}"
    return str(value)


def _encoder(inputs: Inputs, name: str) -> Prose:
    block = inputs.encoders[name]
    parts: list[str | Code] = [f"Encoder {name}: {block.encoder}"]
    for key, value in block.options.items():
        parts += [", ", Code(f"{key}: {value}")]
    for system, own in block.systems.items():
        for key, value in own.items() if system in inputs.suite.systems else ():
            parts += [f"; {system} ", Code(f"{key}: {value}")]
    return tuple(parts)


def _parameters(name: str, block: Mapping[str, object]) -> Prose:
    codes = [part for key, value in block.items() for part in (" ", Code(f"{key}: {value}"))]
    return (f"{name}:", *(codes or [" nothing to set"]))
