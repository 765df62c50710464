"""The page in a real browser: tables sort by a click, and all is there without scripts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from reporting.cells import report_of

from crosslog.reporting.numbers.inputs import Inputs

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), "")
pytestmark = pytest.mark.skipif(not BROWSER, reason="no browser is installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def file(workspace: Path, paper: Inputs) -> str:
    path = workspace / "index.html"
    path.write_text(report_of(paper)["index.html"], encoding="utf-8")
    return path.as_uri()


def comparison(page: playwright.Page) -> playwright.Locator:
    """The first table that has the paper's numbers."""
    return page.locator("table", has=page.get_by_role("button", name="Paper (E1)")).first


def names(table: playwright.Locator) -> list[str]:
    """Of the rows, from above."""
    return [head.inner_text() for head in table.locator("tbody th").all()]


def test_a_click_on_a_head_sorts_and_a_second_one_turns_the_order(browser: playwright.Browser, file: str) -> None:
    page = browser.new_page()
    page.goto(file)
    shown = comparison(page)
    head = shown.get_by_role("button", name="Detector")
    head.click()
    first = names(shown)
    head.click()
    second = names(shown)
    assert first == ["crosyslog", "keyword", "lstm"]
    assert second == ["lstm", "keyword", "crosyslog"]
    assert shown.locator("th[aria-sort=descending]").count() == 1
    page.close()


def test_what_is_not_known_stays_below(browser: playwright.Browser, file: str) -> None:
    page = browser.new_page()
    page.goto(file)
    shown = comparison(page)
    for _ in range(2):
        shown.get_by_role("button", name="Paper (E1)").click()
        assert names(shown)[-1] == "keyword"
    page.close()


@pytest.mark.parametrize("width", [390, 1400, 2000])
def test_the_page_itself_never_scrolls_sideways(browser: playwright.Browser, file: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(file)
    for details in page.locator("details").all():
        details.evaluate("each => { each.open = true }")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_without_scripts_every_table_is_there_and_no_button(browser: playwright.Browser, file: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file)
    assert page.locator("table").count() > 5
    assert page.locator("button").count() == 0
    context.close()


def test_no_text_of_a_figure_reaches_over_its_panel(browser: playwright.Browser, file: str) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(file)
    beyond = page.evaluate(
        """() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
            const room = svg.getBoundingClientRect();
            return [...svg.querySelectorAll("text")].filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < room.left - 1 || box.right > room.right + 1 || box.bottom > room.bottom + 1;
            }).map(text => text.textContent);
        })"""
    )
    assert beyond == []
    page.close()
