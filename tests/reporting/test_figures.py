"""Figures: data in, the same SVG out; every method with a look of its own; nothing collides."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from reporting.cells import markdown_of, report_of

from crosslog.reporting.document.palette import DARK, LIGHT, looks_of
from crosslog.reporting.document.panels import CurvePanel, Dot, DotPanel, Figure, PanelGroup, Series
from crosslog.reporting.document.svg import figure_svg, panel_size
from crosslog.reporting.numbers.inputs import Inputs

NAN = float("nan")
LOOKS = looks_of(("a", "b"))
A, B = Series("a", (0, 0.5, 1), (1, 0.5, 0)), Series("b", (0, 0.5, 1), (1, 1, 1))


def svg_of(*panels: CurvePanel | DotPanel) -> str:
    return figure_svg(Figure("f", "d", "c", (PanelGroup("g", panels),)), LOOKS)


def curve_of(line: Series) -> CurvePanel:
    return CurvePanel(line, (A, B), "note", ("x", "y"))


def test_twenty_eight_methods_are_drawn_in_as_many_ways() -> None:
    looks = looks_of(f"d{number}" for number in range(28))
    assert len({look[:2] for look in looks.values()}) == 28


@pytest.mark.parametrize(("colours", "paper"), [(LIGHT, "#ffffff"), (DARK, "#1b2129")])
def test_every_colour_stands_out_from_the_paper(colours: tuple[str, ...], paper: str) -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in colours:
        darker, lighter = sorted((luminance(colour), luminance(paper)))
        assert (lighter + 0.05) / (darker + 0.05) >= 3, colour  # WCAG 2.1, 1.4.11


def test_a_line_is_drawn_from_corner_to_corner_before_all_others() -> None:
    svg = svg_of(curve_of(A), curve_of(B))
    assert 'class="line s0" d="M34 44L99 95L164 146"' in svg
    assert 'class="line s1" d="M34 44L164 44"' in svg
    assert svg.count('id="others-0"') == 1
    assert svg.count('<use href="#others-0"') == 2


def test_a_value_that_is_not_defined_breaks_the_line_and_has_no_band() -> None:
    svg = svg_of(curve_of(Series("a", (0, 0.5, 1), (1, NAN, 0), (NAN,) * 3, (NAN,) * 3)))
    assert 'd="M34 44M164 146"' in svg
    assert "band f0" not in svg
    assert "nan" not in svg


def test_a_band_lies_between_its_ends() -> None:
    svg = svg_of(curve_of(Series("a", (0, 1), (0.5, 0.5), (0.25, 0.25), (0.75, 0.75))))
    assert 'class="band f0" d="M34 69.5L164 69.5L164 120.5L34 120.5Z"' in svg


def test_a_method_without_a_number_is_named() -> None:
    svg = svg_of(DotPanel("t", "F1", (Dot("a", None), Dot("b", 0.5, 0.25, 1.0))))
    assert ">not defined<" in svg
    assert 'd="M175.5 70H318"' in svg


def test_a_long_name_moves_the_field_and_is_not_cut() -> None:
    name = "a_method_with_a_very_long_name"
    panel = DotPanel("t", "F1", (Dot(name, 0.5),))
    assert panel_size(panel)[0] > panel_size(DotPanel("t", "F1", (Dot("a", 0.5),)))[0]


def test_panels_that_do_not_fit_side_by_side_go_below_and_never_overlap() -> None:
    svg = svg_of(*[curve_of(A)] * 7)
    places = [tuple(map(int, place)) for place in re.findall(r"<g transform=\"translate\((\d+) (\d+)\)\">", svg)]
    assert len(set(places)) == 7
    assert {y for _, y in places} == {34, 34 + 176 + 8}
    assert max(x for x, _ in places) + 172 <= 920


def test_names_are_text_and_never_markup() -> None:
    svg = figure_svg(Figure("f", "<&", "c", (PanelGroup("<b>", (curve_of(A),)),)), LOOKS)
    ElementTree.fromstring(svg)
    assert "&lt;b&gt;" in svg


def test_precision_and_recall_have_a_panel_per_method_level_and_honest_experiment(
    inputs: Inputs, paper: Inputs
) -> None:
    svg = report_of(inputs, "precision_recall")["figures/precision_recall.svg"]
    ElementTree.fromstring(svg)
    for title in ("e1: made (simulated), events", "e1: made (simulated), windows", "e3: real (weak labels), events"):
        assert svg.count(f">{title}<") == 1
    assert svg.count(">crosyslog<") == svg.count(">logtad<") == 4
    assert svg.count(">AUPRC 0.900 [0.850, 0.950]<") == svg.count(">AUPRC 0.750 [0.500, 1.000]<") == 4
    assert ">logtad<" not in report_of(paper, "precision_recall")["figures/precision_recall.svg"]


def test_a_run_without_curves_says_so(inputs: Inputs) -> None:
    bare = replace(inputs, curves=inputs.curves.clear())
    assert "This run has no curve under the honest protocol." in markdown_of(bare, "precision_recall")


def test_a_figure_file_is_light_and_dark_and_the_same_to_the_byte(paper: Inputs) -> None:
    first = report_of(paper)["figures/outcome.svg"]
    assert first == report_of(paper)["figures/outcome.svg"]
    assert "prefers-color-scheme: dark" in first
