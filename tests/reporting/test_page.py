"""The page: self-contained, whole, every link leads somewhere, nothing stands twice."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
from reporting.cells import PARTS, chapter_of, report_of
from reporting.suites import with_arms

from crosslog.reporting.document.chapter import Cell, Chapter, Grid, Notice, Row
from crosslog.reporting.document.html import PageHead, html_page
from crosslog.reporting.document.report import write_report
from crosslog.reporting.numbers.inputs import Inputs

HEAD = PageHead("t", "l")


def page_of(inputs: Inputs, *names: str) -> str:
    return report_of(inputs, *names)["index.html"]


def page_with(*blocks: object) -> str:
    return html_page(HEAD, (), {"one": Chapter("One", tuple(blocks))}, ("a", "b"))  # type: ignore[arg-type]


class Resources(HTMLParser):
    """Collects what a page would load or lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("link", "img", "iframe", "object", "embed"):
            self.loaded.append(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "xlink:href") or (name == "href" and tag not in ("a", "use")):
                self.loaded.append(value or "")
            elif name == "href" and tag == "a":
                self.links.append(value or "")


def test_the_page_loads_nothing(paper: Inputs) -> None:
    page = page_of(paper)
    assert Resources(page).loaded == []
    assert not re.search(r"@import|url\(|https?:", page)
    assert page.count("<script>") == 1


def test_every_link_of_the_page_is_an_anchor_of_it_or_a_file_of_the_report(paper: Inputs) -> None:
    files = report_of(paper)
    page = files["index.html"]
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    links = set(Resources(page).links)
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert {link for link in links if not link.startswith("#")} <= {*files, *paper.files.values()}
    assert set(paper.files.values()) <= links
    assert set(re.findall(r'<use href="#([^"]*)"', page)) <= set(ids)


def test_every_link_of_the_markdown_is_a_file_of_the_report(paper: Inputs) -> None:
    files = report_of(paper)
    for path, text in files.items():
        if path.endswith(".md"):
            up = path.count("/")
            targets = re.findall(r"\]\(([^)]*)\)", text)
            assert all(target.startswith("../" * up) for target in targets), path
            assert {target[3 * up :] for target in targets} <= {*files, *paper.files.values()}, path


def test_the_page_begins_with_what_came_out(paper: Inputs) -> None:
    page = page_of(paper)
    assert re.findall(r'<h2 id="(\w+)"', page) == [
        name for name in PARTS if name != "seconds" and chapter_of(paper, name).blocks
    ]
    assert page.index('<h2 id="outcome"') < page.index("<table")


def test_a_new_chapter_is_on_the_page_and_in_the_markdown_by_itself(inputs: Inputs) -> None:
    mine = Chapter("Mine", ("A word.", Grid("Rows", ("Number",), (Row("a", (Cell("7"),)),))))
    files = write_report(inputs, {"outcome": chapter_of(inputs, "outcome"), "mine": mine})
    assert '<h2 id="mine">Mine</h2>' in files["index.html"]
    assert '<a href="#mine">Mine</a>' in files["index.html"]
    assert "| a | 7 |" in files["tables/mine.md"]
    assert "- [Mine](tables/mine.md)" in files["comparison.md"]


def test_no_explanation_stands_twice_on_the_page(paper: Inputs) -> None:
    paragraphs = re.findall(r"<p>(.*?)</p>", page_of(paper), re.DOTALL)
    facts = ("Label budget", "<strong>Audit:")  # of one experiment each, and may be the same of two
    explaining = [text for text in paragraphs if not text.startswith(facts)]
    assert len(explaining) > 10
    assert len(explaining) == len(set(explaining))
    assert (
        paragraphs.count("Control: labels are shuffled within each support and query, so there is nothing to learn.")
        == 1
    )


def test_a_number_leads_to_its_file_with_its_interval_below(inputs: Inputs) -> None:
    page = page_of(inputs, "comparison")
    assert '<a href="metrics/e1/crosyslog.json">0.988</a></b><small>[0.950, 1.000]</small>' in page


def test_marks_are_explained_below_the_table_that_has_them() -> None:
    best = Row("a", (Cell("0.9", value=0.9, mark="best"),), "a")
    tied = Row("b", (Cell("0.8", value=0.8, mark="tied"),), "b")
    page = page_with(Grid("T", ("F1",), (best, tied)))
    assert '<td class="bar best" data-v="0.9" style="--v:0.900"><b>0.9</b></td>' in page
    assert '<td class="bar tied" data-v="0.8" style="--v:0.800"><span class="n">0.8</span></td>' in page
    assert page.count('<p class="legend">') == 1
    assert '<p class="legend">' not in page_with(Grid("T", ("F1",), (best._replace(cells=(Cell("0.9"),)),)))


def test_what_is_sorted_by_is_a_number_where_a_cell_begins_with_one() -> None:
    cells = (
        Cell("1,850 (92.5 %)"),
        Cell("−0.5"),
        Cell("2005-06-03"),
        Cell(),
        Cell("12.5 %"),
        Cell("7 of us", words=True),
    )
    assert re.findall(r'data-v="([^"]*)"', page_with(Grid("", ("a",) * 6, (Row("r", cells),)))) == [
        "1850",
        "-0.5",
        "12.5",
    ]


def test_a_table_scrolls_in_a_frame_of_its_own_and_says_what_it_is(inputs: Inputs) -> None:
    page = page_of(inputs)
    assert page.count("<table>") == page.count('<div class="scroll" role="region" tabindex="0" aria-label=') > 3
    assert "<caption>" not in page


def test_a_method_has_its_sign_beside_its_name_everywhere(paper: Inputs) -> None:
    page = page_of(paper, "comparison", "effectiveness", "adaptation")
    signs = re.findall(r'<th scope="row" class="method">(<svg.*?</svg>)(\w+)', page)
    assert {name for _, name in signs} == {"keyword", "crosyslog", "lstm", "logtad"}
    assert len(set(signs)) == 4


def test_what_settings_say_is_text_and_never_markup(inputs: Inputs) -> None:
    page = page_of(inputs, "provenance")
    assert "&lt;b&gt;real&lt;/b&gt;" in page
    assert "<b>real" not in page


def test_the_page_tells_provenance_and_parameters(inputs: Inputs) -> None:
    page = page_of(inputs)
    assert "support: 2,000 events, rate 0.01 to 0.5" in page
    assert "<code>hidden: 64</code>" in page
    assert '<span class="badge">weak labels</span>' in page
    assert '<span class="badge">simulated</span>' in page
    own = inputs.encoders["words"].model_copy(update={"systems": {"made": {"dim": 7}, "elsewhere": {"dim": 8}}})
    text = page_of(replace(inputs, encoders={"words": own}), "provenance")
    assert "made <code>dim: 7</code>" in text
    assert "dim: 8" not in text


def test_a_failed_audit_stands_at_the_top_of_the_page(inputs: Inputs) -> None:
    failed = replace(inputs, audits=inputs.audits.with_columns(passed=pl.col("check") == "spans are disjoint"))
    page = page_of(failed)
    told = "<strong>The audit of e1 failed:</strong> query labels are withheld. Do not rely on these numbers."
    assert page.index(told) < page.index("<section")
    assert "FAILED: query labels are withheld" in page


def test_a_protocol_that_fails_the_audit_on_purpose_is_no_alarm(paper: Inputs) -> None:
    as_published = pl.col("experiment").str.ends_with("p")
    page = page_of(replace(paper, audits=paper.audits.with_columns(passed=~as_published)))
    assert "The audit of" not in page
    assert "<strong>As published:</strong> e1; a2; e1, labels shuffled under a published protocol, which the" in page


def test_what_is_no_main_experiment_is_folded(paper: Inputs) -> None:
    page = page_of(paper, "comparison")
    assert re.findall(r'<details class="arm" id="at-(\w+)">', page) == ["e1p", "a2", "a2p", "control", "controlp"]
    assert re.findall(r'<h3 id="at-(\w+)">', page) == ["e1"]


def test_ids_with_a_slash_are_arms_of_what_stands_before_it(paper: Inputs) -> None:
    honest = paper.suite.everything["e1"]
    arms = {"e9/honest": honest, "e9/published": honest.model_copy(update={"protocol": "published", "seeds": (2,)})}
    run = with_arms(paper, arms)

    def named(frame: pl.DataFrame) -> pl.DataFrame:
        new = pl.col("experiment").replace({"e1": "e9/honest", "e1p": "e9/published"})
        return frame.with_columns(new).vstack(
            frame.filter(experiment="e1").with_columns(experiment=pl.lit("e9/published"))
        )

    run = replace(run, metrics=named(paper.metrics.filter(experiment="e1")))
    run = replace(
        run, curves=named(paper.curves.filter(experiment="e1")), audits=named(paper.audits), steps=paper.steps.clear()
    )
    run = replace(run, files={})
    run = replace(run, chosen={}, trials=paper.trials.clear(), suite=replace(run.suite, tuned=()))
    assert list(run.groups) == ["e9"]
    page = page_of(run)
    assert '<h3 id="at-e9-honest">e9: ' in page
    assert '<details class="arm" id="at-e9-published">' in page
    assert "leaks are worth +0.000" in page


def test_a_notice_stands_before_all_chapters() -> None:
    page = html_page(HEAD, (Notice("Mind:", "the gap", bad=True),), {"one": Chapter("One", ("x",))}, ())
    assert page.index('<p class="notice failed"><strong>Mind:</strong> the gap</p>') < page.index('<h2 id="one"')


def test_the_same_run_gives_the_same_page(paper: Inputs) -> None:
    assert report_of(paper) == report_of(paper)
