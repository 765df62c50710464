"""How a method looks in every figure and beside its name in every table: a colour, dashes and a marker of its own.

Colours are those of Okabe and Ito (2008), told apart with any colour vision, without their yellow; sky and orange are
darkened on white, all but black lightened on a dark page, so that each stands out from the paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

LIGHT = ("#0072b2", "#d55e00", "#008f68", "#b8578c", "#3a94cf", "#b67a00", "#1c2430")
DARK = ("#58a9e6", "#ff8a3d", "#35c99c", "#e79ac6", "#9bd6ff", "#f3bd4b", "#e6e9ee")
DASHES = ("", "7 3", "2 3", "8 3 2 3")
MARKERS = ("circle", "square", "triangle", "diamond", "wedge", "cross")


class Look(NamedTuple):
    """Which colour, by its place in LIGHT and DARK; the dashes of a line; the shape of a dot."""

    colour: int
    dashes: str
    marker: str


def looks_of(methods: Iterable[str]) -> dict[str, Look]:
    """A look for each of some methods; the first 28 differ in colour or dashes."""
    colours = len(LIGHT)
    return {
        method: Look(place % colours, DASHES[place // colours % len(DASHES)], MARKERS[place % len(MARKERS)])
        for place, method in enumerate(methods)
    }


def figure_styles(scope: str = "") -> str:
    """The style sheet of figures, for a light and a dark page; `scope` goes before each selector."""
    light, dark = _colours(scope, LIGHT), _colours(scope, DARK)
    dark_ink = _ink(scope, "#e6e9ee", "#9aa5b3", "#38414d", "#1b2129")
    return "\n".join(
        (
            _ink(scope, "#1c2430", "#5b6675", "#dfe2e6", "#ffffff"),
            light,
            f"{scope} text {{ font: 11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif }}",
            f"{scope} text.head {{ font-size: 12px; font-weight: 650 }}",
            f"{scope} .line {{ fill: none; stroke-width: 1.8; stroke-linejoin: round }}",
            f"{scope} .band {{ stroke: none; fill-opacity: .18 }}",
            f"{scope} .other {{ fill: none; stroke-width: .8 }}",
            f"@media (prefers-color-scheme: dark) {{\n{dark_ink}\n{dark}\n}}",
        )
    )


def _colours(scope: str, colours: tuple[str, ...]) -> str:
    return "\n".join(
        f"{scope} .s{place} {{ stroke: {colour} }} {scope} .f{place} {{ fill: {colour} }}"
        for place, colour in enumerate(colours)
    )


def _ink(scope: str, ink: str, soft: str, line: str, paper: str) -> str:
    rules = {
        "text": f"fill: {ink}",
        "text.soft": f"fill: {soft}",
        ".axis": f"stroke: {soft}",
        ".rule": f"stroke: {line}",
    }
    rules |= {
        ".other": f"stroke: {soft}; stroke-opacity: .32",
        ".paper": f"fill: {paper}",
        ".soft-dot": f"stroke: {soft}",
    }
    return "\n".join(f"{scope} {selector} {{ {rule} }}" for selector, rule in rules.items())
