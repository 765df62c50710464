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
from crosslog.reporting._figure import precision_recall_svg, styled
from crosslog.reporting.index import Index, inlined

from crosslog import plugins
from crosslog.artifacts import (
    AUDITS,
    CURVES,
    METRICS,
    STATISTICS,
    STEPS,
    TRIALS,
    ArtifactError,
    chosen_path,
    write_json,
)
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.precision_recall import PrecisionRecall
from crosslog.settings import Settings, SettingsError
from tasks import report

REPOSITORY = Path(__file__).parents[2]


def page_of(inputs: Inputs) -> str:
    return Index().render(inputs)["index.html"]


def test_the_figure_is_the_same_to_the_byte(inputs: Inputs) -> None:
    first = PrecisionRecall().render(inputs)
    assert first == PrecisionRecall().render(inputs)
    svg = first["figures/precision_recall.svg"]
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
    assert len({(colour, dashes) for _, colour, dashes in styled(many, list(many.detectors))}) == 20


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
    assert page.count("<svg") == 2
    assert "All 2 checks passed for every detector." in page
    assert '<span class="badge simulated">simulated</span>' in page
    assert '<span class="badge weak">weak labels</span>' in page
    assert "support: 2,000 events, rate 0.01 to 0.5" in page
    assert "<code>hidden: 64</code>" in page
    assert page == page_of(inputs)


def test_what_settings_say_is_text_and_never_markup(inputs: Inputs) -> None:
    assert "&lt;b&gt;real&lt;/b&gt;" in page_of(inputs)


def test_the_encoders_options_of_a_system_of_the_run_are_told(inputs: Inputs) -> None:
    own = inputs.embed.model_copy(update={"systems": {"made": {"dim": 7}, "elsewhere": {"dim": 8}}})
    text = page_of(replace(inputs, embed=own))
    assert "made <code>dim: 7</code>" in text
    assert "dim: 8" not in text


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
    assert inlined(svg, "one") == '<svg viewBox="0 0 1 2"><use href="#one-a"/></svg>'


def test_two_figures_of_a_page_share_no_id(paper: Inputs) -> None:
    page = page_of(paper)
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]*)', page)) <= set(ids)


def test_the_page_has_every_chapter_and_folds_what_is_no_main_experiment(paper: Inputs) -> None:
    page = page_of(paper)
    for chapter in ("effectiveness", "ablations", "hyper_parameters", "adaptation", "others"):
        assert f'<a href="#{chapter}">' in page
        assert f'<h2 id="{chapter}">' in page
    assert re.findall(r"<summary>(\w+): old", page) == ["e1p", "a2", "a2p", "control", "controlp"]
    assert '<td class="said"><span>old</span><span>real (weak labels)</span></td>' in page
    assert ">Other experiments<" not in page_of(replace(paper, suite=paper.suite.model_copy(update={"variants": {}})))


def test_the_page_says_whether_a_protocol_is_the_published_one(paper: Inputs) -> None:
    page = page_of(paper)
    assert '<tr><th scope="row">controlp</th><td>published, labels shuffled</td>' in page
    assert '<tr><th scope="row">e1</th><td>honest</td>' in page


def test_a_protocol_that_fails_the_audit_on_purpose_is_no_alarm(paper: Inputs) -> None:
    as_published = pl.col("experiment").str.ends_with("p")
    page = page_of(replace(paper, audits=paper.audits.with_columns(passed=~as_published)))
    assert "The audit of" not in page
    assert (
        "<strong>As published:</strong> e1p, a2p, controlp repeat a published protocol, which the audit refuses."
        in page
    )


def test_the_precision_recall_figure_draws_no_variant(paper: Inputs) -> None:
    svg = precision_recall_svg(paper)
    assert ">e1<" in svg
    assert ">e1p<" not in svg
    assert ">logtad<" not in svg


def test_a_run_without_an_honest_experiment_has_a_figure_that_says_so(paper: Inputs) -> None:
    only = {"e1p": paper.suite.variants["e1p"]}
    suite = paper.suite.model_copy(update={"experiments": only, "variants": {}})
    assert ">No honest experiment in this run.<" in precision_recall_svg(replace(paper, suite=suite))


def test_every_part_of_params_is_a_plugin() -> None:
    parts = Settings.load(REPOSITORY / "params.yaml").report.parts
    assert set(parts) == set(plugins.names("reporting"))


@pytest.fixture
def written(workspace: Path, inputs: Inputs) -> Settings:
    """A workspace with params.yaml, systems.yaml and every number of `inputs`."""
    return write(inputs)


@pytest.fixture
def written_paper(workspace: Path, paper: Inputs) -> Settings:
    return write(paper)


def write(inputs: Inputs) -> Settings:
    base = Settings.load(REPOSITORY / "params.yaml")
    run = {"run": inputs.suite, "detectors": inputs.detectors, "suites": {"small": inputs.suite}}
    settings = base.model_copy(update={**run, "tune": base.tune.model_copy(update={"spaces": {}})})
    Path("params.yaml").write_text(settings.model_dump_json())
    systems = {name: system.model_dump() for name, system in inputs.systems.items()}
    Path("systems.yaml").write_text(json.dumps(systems))
    for name in inputs.systems:
        STATISTICS.write(inputs.statistics.filter(system=name).drop("system"), system=name)
    for name, seconds in inputs.embedding_seconds.items():
        write_json(Path("data/seconds/embed", f"{name}.json"), seconds)
    for experiment, detector in inputs.suite.runs:
        names = {"experiment": experiment, "detector": detector}
        METRICS.write(inputs.metrics.filter(**names).with_columns(pl.col("folds").cast(pl.UInt32)), **names)
        AUDITS.write(inputs.audits.filter(**names), **names)
        CURVES.write(inputs.curves.filter(**names), **names)
        STEPS.write(inputs.steps.filter(**names).drop(names), **names)
        write_json(chosen_path(experiment, detector), inputs.chosen[experiment, detector])
        if detector in inputs.suite.tuned:
            TRIALS.write(inputs.trials.filter(**names).drop(names), **names)
    return settings


def test_the_stage_writes_every_part_and_prints_the_tables(
    written: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    report.main()
    assert sorted(path.name for path in Path("reports").rglob("*") if path.suffix in (".md", ".svg", ".html")) == [
        "ablations.md",
        "adaptation.svg",
        "comparison.md",
        "datasets.md",
        "effectiveness.md",
        "hyper_parameters.md",
        "index.html",
        "precision_recall.svg",
        "seconds.md",
    ]
    assert "e3: real (weak labels)" in capsys.readouterr().out


def test_the_stage_reads_variants_searches_and_seconds(written_paper: Settings, paper: Inputs) -> None:
    read = report.read_inputs(written_paper)
    assert read.steps.sort(*read.steps.columns[:5]).equals(paper.steps.sort(*read.steps.columns[:5]))
    assert read.trials.equals(paper.trials)
    assert read.chosen == paper.chosen
    assert read.embedding_seconds == paper.embedding_seconds
    assert list(read.detectors) == ["keyword", "crosyslog", "lstm", "logtad"]
    assert set(read.metrics["experiment"]) == set(paper.suite.everything)


def test_missing_numbers_say_how_to_make_them(written: Settings) -> None:
    METRICS.at(experiment="e3", detector="logtad").unlink()
    with pytest.raises(ArtifactError, match=r"reports/metrics/e3/logtad\.json is not there: run `dvc repro`"):
        report.main()
    assert not Path("reports/comparison.md").exists()


def test_a_system_that_systems_yaml_does_not_know_is_named(written: Settings) -> None:
    Path("systems.yaml").write_text("{}")
    with pytest.raises(SettingsError, match=r"systems\.yaml: no entry for old, made, real"):
        report.main()
