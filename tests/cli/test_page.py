"""The page in a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.csvs import DONE, FREQUENT, RARE, row, written

from crosslog.cli.page.server import PageServer
from crosslog.templates import template_key

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = pytest.mark.skipif(browser_path is None, reason=f"none of {', '.join(BROWSERS)} is installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(files: dict[str, Path], browser: playwright.Browser) -> Iterator[playwright.Page]:
    """The page, showing `gears`; no error may reach the console."""
    with PageServer(None, 0, "Ada") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        page, said = browser.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(server.address)
        page.wait_for_selector("article")
        yield page
        page.close()
        server.shutdown()
        thread.join()
    assert [text for text in said if "409" not in text] == []


def keys(page: playwright.Page) -> list[str]:
    return [article.get_attribute("data-key") for article in page.query_selector_all("article")]


def test_open_rows_are_shown_as_text_the_most_worth_a_look_first(page) -> None:
    assert keys(page) == [FREQUENT, RARE]
    assert page.text_content("article .sentence") == "The part [b] broke apart."
    assert page.text_content("article code") == "part b of gears"
    assert page.text_content("#count") == "2 rows"
    assert page.text_content("#who") == "you review as Ada"


def test_log_text_is_never_run(files, page) -> None:
    nasty = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
    text = files["gears"].read_text(encoding="utf-8").replace("part b of gears", nasty)
    files["gears"].write_text(text, encoding="utf-8")
    page.reload()
    page.wait_for_selector("article")
    assert page.text_content("article code") == nasty
    assert page.title() == "crosslog review"


def test_the_keyboard_alone_approves_edits_rejects_and_judges(files, page) -> None:
    page.keyboard.press("a")
    page.wait_for_selector("article.approved")
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type("The second gear lost a tooth.")
    page.keyboard.press("Enter")
    page.wait_for_selector("article.edited")
    page.keyboard.press("x")
    page.wait_for_selector('article.edited [data-verdict="anomalous"][aria-pressed="true"]')
    assert row(files["gears"], FREQUENT)["status"] == "approved"
    edited = row(files["gears"], RARE)
    assert (edited["interpretation"], edited["status"], edited["source"], edited["verdict"], edited["reviewer"]) == (
        *("The second gear lost a tooth.", "edited", "person", "anomalous", "Ada"),
    )
    assert page.text_content('nav [aria-current="true"] span') == "0 of 3 open, 2 judged"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("r")
    page.keyboard.type("it is a belt")
    page.keyboard.press("Enter")
    page.wait_for_selector("article.rejected")
    assert row(files["gears"], FREQUENT)["note"] == "it is a belt"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("u")
    page.wait_for_selector("article.pending")
    assert row(files["gears"], FREQUENT)["status"] == "pending"


def test_the_mouse_does_the_same(files, page) -> None:
    page.click(f'article[data-key="{RARE}"] [data-do="approve"]')
    page.wait_for_selector("article.approved")
    page.click(f'article[data-key="{RARE}"] [data-verdict="normal"]')
    page.wait_for_selector('[data-verdict="normal"][aria-pressed="true"]')
    assert (row(files["gears"], RARE)["status"], row(files["gears"], RARE)["verdict"]) == ("approved", "normal")
    page.click(f'article[data-key="{RARE}"] [data-verdict="normal"]')
    page.wait_for_selector(f'article[data-key="{RARE}"]:not(:has([data-verdict][aria-pressed="true"]))')
    assert row(files["gears"], RARE)["verdict"] == ""


def test_an_edit_that_is_given_up_changes_nothing(files, page) -> None:
    before = files["gears"].read_bytes()
    page.keyboard.press("e")
    page.keyboard.type(" Not so.")
    page.keyboard.press("Escape")
    assert page.text_content("article .sentence") == "The part [b] broke apart."
    assert files["gears"].read_bytes() == before


def test_rows_are_filtered_searched_and_ordered(page) -> None:
    page.select_option("#filter", "all")
    assert keys(page) == [FREQUENT, DONE, RARE]
    page.select_option("#filter", "done")
    assert keys(page) == [DONE]
    page.select_option("#filter", "unjudged")
    page.select_option("#order", "occurrences")
    assert keys(page) == [FREQUENT, RARE]
    page.fill("#search", "part aaaaaaaa")
    page.wait_for_selector('#count:text-is("1 row")')
    assert keys(page) == [RARE]
    page.fill("#search", "nowhere")
    page.wait_for_selector(".empty")


def test_another_system_is_chosen_by_its_name(page) -> None:
    page.click('nav button:has-text("belts")')
    page.wait_for_selector('nav [aria-current="true"]:has-text("belts")')
    page.wait_for_selector('article code:text-is("part d of belts")')


def test_a_row_changed_elsewhere_is_shown_as_it_is_now_and_said(files, page, crosslog) -> None:
    crosslog("review", "edit", "gears", FREQUENT, "I was first with this gear.")
    page.keyboard.press("a")
    page.wait_for_selector("#notice:not([hidden])")
    assert "bbbbbbbb was changed elsewhere since it was shown" in page.text_content("#notice")
    assert row(files["gears"], FREQUENT)["status"] == "edited"
    assert keys(page) == [RARE]


def test_a_file_changed_elsewhere_is_noticed_by_itself(files, page, crosslog) -> None:
    crosslog("review", "approve", "gears", FREQUENT)
    page.wait_for_selector("#notice:not([hidden])")
    assert "The file was changed elsewhere" in page.text_content("#notice")
    assert keys(page) == [RARE]


def test_two_thousand_rows_come_in_parts_as_one_scrolls(page, workspace: Path) -> None:
    letters = "aeiou"
    told = [(template_key(f"{number}{letters}"), 2000 - number, "pending", "") for number in range(2000)]
    written("gears", told)
    page.reload()
    page.wait_for_selector("article")
    assert page.text_content("#count") == "2,000 rows"
    assert len(keys(page)) == 100
    page.mouse.wheel(0, 100_000)
    page.wait_for_selector("article:nth-of-type(200)", state="attached")
