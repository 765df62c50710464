"""The raw line that stands for a template: the first one, whole, but never with a label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from crosslog.templates import LONGEST_TEXT

REST = "1140000000 2006.02.15 n1 Feb 15 10:40:00 n1/n1 zcron[7]: gizmo 7 turned"
BGL = "1117838570 2005.06.03 R01-M0 2005-06-03-15.42.50.363779 R01-M0 RAS KERNEL INFO gizmo 7 turned"


@pytest.mark.parametrize("chunk_bytes", [60, 1 << 20])
def test_a_template_is_shown_by_the_first_line_that_has_it(parse_bytes: Callable[..., Any], chunk_bytes: int) -> None:
    days = "2024-05-06 07:00:08 Gizmo 7 of Zed turned\n2024-05-06 07:00:09 lamp out\n"
    content = (days + days.replace("7 of", "8 of")).encode()
    _, parser = parse_bytes(content * 3, "plain", chunk_bytes=chunk_bytes)
    assert parser.templates["example"].to_list() == content.decode().splitlines()[:2]


@pytest.mark.parametrize(
    ("name", "line", "options"),
    [
        ("cfdr_syslog", f"ZALERT {REST}", {}),
        ("cfdr_syslog", f"  ZALERT {REST}", {}),
        ("cfdr_syslog", f"- {REST}", {}),
        ("bgl", f"ZALERT {BGL}", {}),
        ("bgl", f" ZALERT  {BGL}", {}),
        ("pattern", f"ZALERT {REST}", {"pattern": "<Label> <Date> <Content>"}),
        ("pattern", f"   ZALERT {REST}", {"pattern": "<Label> <Date> <Content>"}),
        ("pattern", f"ZALERT\t{REST}", {"pattern": "<Label> <Date> <Content>"}),
    ],
)
def test_no_alert_tag_is_shown(parse_bytes: Callable[..., Any], name: str, line: str, options: dict[str, str]) -> None:
    events, parser = parse_bytes(f"{line}\n".encode(), name, options=options)
    (example,) = parser.templates["example"]
    assert events["label"].to_list() == ([None] if line.startswith("-") else ["ZALERT"])
    assert example == (BGL if name == "bgl" else REST)


def test_of_an_endless_line_the_start_is_shown(parse_bytes: Callable[..., Any]) -> None:
    _, parser = parse_bytes(b"gizmo " * 5000 + b"\n", "plain")
    assert parser.templates.select(pl.col("example").str.len_chars()).item() == LONGEST_TEXT + 1
