"""A figure as data: groups of small panels, a method in each or in each of its rows."""

from __future__ import annotations

from typing import NamedTuple


class Series(NamedTuple):
    """A method's line, and the ends of its band where it has one; NaN breaks it."""

    method: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


class CurvePanel(NamedTuple):
    """One method's line before all others of its group, which are drawn in grey; y is from 0 to 1.

    `floor`: a level to compare with, dotted. `iso_f1`: curves of equal F1, where x is recall and y precision.
    """

    series: Series
    others: tuple[Series, ...]
    note: str
    axes: tuple[str, str]
    x_range: tuple[float, float] = (0, 1)
    floor: float | None = None
    iso_f1: bool = False


class Dot(NamedTuple):
    """A method's number with its interval; `other`: the same number under other conditions. `hollow`: trivial."""

    method: str
    value: float | None
    low: float | None = None
    high: float | None = None
    other: float | None = None
    hollow: bool = False


class DotPanel(NamedTuple):
    """Methods in rows, a number from 0 to 1 each."""

    title: str
    axis: str
    dots: tuple[Dot, ...]


class PanelGroup(NamedTuple):
    """Panels that share their axes and what they are about."""

    title: str
    panels: tuple[CurvePanel | DotPanel, ...]


class Figure(NamedTuple):
    """Groups of panels; `name` is that of its file, `description` what a reader without eyes for it is told."""

    name: str
    description: str
    caption: str
    groups: tuple[PanelGroup, ...]
