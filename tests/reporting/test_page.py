"""The figure, the page and the seconds: deterministic, self-contained, nothing hidden."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from crosslog import plugins
from crosslog.artifacts import AUDITS, CURVES, METRICS, ArtifactError
from crosslog.reporting._figure import precision_recall_svg, styled
from crosslog.reporting._inputs import Inputs
from crosslog.reporting.index import Index, inlined
from crosslog.reporting.precision_recall import PrecisionRecall
from crosslog.reporting.seconds import Seconds
from crosslog.settings import Settings, SettingsError
from tasks import report


def page_of(inputs: Inputs) -> str:
    return Index().render(inputs)["reports/index.html"]


def test_the_figure_is_the_same_to_the_byte(inputs: Inputs) -> None:
    first = PrecisionRecall().render(inputs)
    assert first == PrecisionRecall().render(inputs)
    svg = first["reports/figures/precision_recall.svg"]
    assert not re.search(r"20\d\d-\d\d-\d\d|Matplotlib", svg)
    ElementTree.fromstring(svg)


def test_the_figure_names_every_detector_and_marks_targets(inputs: Inputs) -> None:
    svg = precision_recall_svg(inputs)
    for words in ("crosyslog", "logtad", "made (simulated)", "real (weak labels)", "share of anomalies"):
        assert f">{words}<" in svg


def test_a_run_without_curves_still_has_a_figure(inputs: Inputs) -> None:
    assert ">logtad<" in precision_recall_svg(replace(inputs, curves=inputs.curves.clear()))


def test_twenty_detectors_are_drawn_in_twenty_ways(inputs: Inputs) -> None:
    many = replace(inputs, detectors={f"d{number}": {} for number in range(20)})
    assert len({(colour, dashes) for _, colour, dashes in styled(many)}) == 20


class Resources(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe", "object", "embed"):
            self.found.append(tag)
        references = [value or "" for name, value in attrs if name in ("src", "href", "srcset", "xlink:href")]
        self.found += [value for value in references if not value.startswith("#")]


def test_the_page_loads_nothing(inputs: Inputs) -> None:
    page = page_of(inputs)
    resources = Resources()
    resources.feed(page)
    assert resources.found == []
    assert not re.search(r"@import|url\((?!#)|https?:", page)


def test_the_page_holds_tables_figure_audit_and_provenance(inputs: Inputs) -> None:
    page = page_of(inputs)
    assert "<span>0.988</span><small>[0.950, 1.000]</small>" in page
    assert page.count("<svg") == 1
    assert "All 2 checks passed for every detector." in page
    assert '<span class="badge simulated">simulated</span>' in page
    assert '<span class="badge weak">weak labels</span>' in page
    assert "2,000 events, 1 to 50 % anomalous" in page
    assert "<code>hidden: 64</code>" in page
    assert page == page_of(inputs)


def test_what_settings_say_is_text_and_never_markup(inputs: Inputs) -> None:
    assert "&lt;b&gt;real&lt;/b&gt;" in page_of(inputs)


def test_a_failed_audit_stands_at_the_top_of_the_page(inputs: Inputs) -> None:
    failed = replace(inputs, audits=inputs.audits.with_columns(passed=pl.col("check") == "spans are disjoint"))
    page = page_of(failed)
    assert "The audit of e1 failed:</strong> query labels are withheld. Do not rely on these numbers." in page
    assert page.index("The audit of e1 failed") < page.index("<section")
    assert "<details open>" in page


def test_an_inlined_figure_has_no_namespace_and_no_fixed_size() -> None:
    svg = (
        '<?xml?>\n<svg xmlns:xlink="http://x" width="1pt" height="2pt" viewBox="0 0 1 2" xmlns="http://y">'
        '<use xlink:href="#a"/></svg>'
    )
    assert inlined(svg) == '<svg viewBox="0 0 1 2"><use href="#a"/></svg>'


def test_seconds_are_summed_and_missing_ones_are_named(inputs: Inputs) -> None:
    text = Seconds().render(inputs)["reports/seconds.md"]
    assert "| crosyslog | 3.50 | 0.25 | 0.12 |" in text
    assert "| logtad | – | – | – |" in text
    assert "Not timed here: logtad (" in text
    assert "Not timed here: crosyslog, logtad (" in text


def test_every_part_of_params_is_a_plugin() -> None:
    parts = Settings.load(Path(__file__).parents[2] / "params.yaml").report.parts
    assert set(parts) == set(plugins.names("reporting"))


@pytest.fixture
def written(workspace: Path, inputs: Inputs) -> Settings:
    """A workspace with params.yaml, systems.yaml and every number of `inputs`."""
    base = Settings.load(Path(__file__).parents[2] / "params.yaml")
    settings = base.model_copy(
        update={"run": inputs.suite, "detectors": inputs.detectors, "suites": {"small": inputs.suite}}
    )
    Path("params.yaml").write_text(settings.model_dump_json())
    systems = {name: system.model_dump() for name, system in inputs.systems.items()}
    Path("systems.yaml").write_text(json.dumps(systems))
    for experiment in inputs.suite.experiments:
        for detector in inputs.detectors:
            names = {"experiment": experiment, "detector": detector}
            METRICS.write(inputs.metrics.filter(**names).with_columns(pl.col("episodes").cast(pl.UInt32)), **names)
            AUDITS.write(inputs.audits.filter(**names), **names)
            CURVES.write(inputs.curves.filter(**names), **names)
    return settings


def test_the_stage_writes_every_part_and_prints_the_tables(
    written: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    report.main()
    assert sorted(path.name for path in Path("reports").rglob("*") if path.suffix in (".md", ".svg", ".html")) == [
        "comparison.md",
        "index.html",
        "precision_recall.svg",
        "seconds.md",
    ]
    assert "e3: real (weak labels)" in capsys.readouterr().out


def test_missing_numbers_say_how_to_make_them(written: Settings) -> None:
    METRICS.at(experiment="e3", detector="logtad").unlink()
    with pytest.raises(ArtifactError, match=r"reports/metrics/e3/logtad\.json is not there: run `dvc repro`"):
        report.main()
    assert not Path("reports/comparison.md").exists()


def test_a_system_that_systems_yaml_does_not_know_is_named(written: Settings) -> None:
    Path("systems.yaml").write_text("{}")
    with pytest.raises(SettingsError, match=r"systems\.yaml: no entry for old, made, real"):
        report.main()
