"""How well parsed templates are the true ones: GA, FGA, PA and FTA."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

TEMPLATE_FORM = (  # what two spellings of a template have in common
    (r"<[a-z* ]+>", "<*>"),
    (r"[^ ]*<\*>[^ ]*", "<*>"),
    (r"<\*>(?: <\*>)+", "<*>"),
)


class Quality(NamedTuple):
    """Shares of lines and F1 of templates; None where a parser gives groups and no templates.

    Attributes
    ----------
    ga : lines whose parsed group is exactly their true group (Zhu et al., ICSE-SEIP 2019)
    fga : F1 of parsed groups that are exactly a true one (Jiang et al., ISSTA 2024)
    pa : lines whose parsed template is the true one, but for case and blanks, a word with a variable in it being one
    fta : F1 of parsed groups that are exactly a true one and have its template (Khan et al., ICSE 2022)
    """

    ga: float | None
    fga: float | None
    pa: float | None
    fta: float | None


def measure_quality(lines: pl.DataFrame) -> Quality:
    """Of columns event, template (the true ones), group and, where there are templates, parsed; a row for each line."""
    pairs = lines.group_by("event", "group").agg(pl.len().alias("lines"), pl.first("template"), *_parsed(lines))
    right = pairs.filter(pl.len().over("event") == 1, pl.len().over("group") == 1)
    groups, events = pairs["group"].n_unique(), pairs["event"].n_unique()
    ga, fga = right["lines"].sum() / len(lines), _f1(len(right), groups, events)
    if "parsed" not in lines.columns:
        return Quality(ga, fga, None, None)
    worded = right.filter(_form("parsed") == _form("template"))
    return Quality(
        ga, fga, lines.select((_form("parsed") == _form("template")).mean()).item(), _f1(len(worded), groups, events)
    )


def _parsed(lines: pl.DataFrame) -> list[pl.Expr]:
    return [pl.first("parsed")] if "parsed" in lines.columns else []


def _form(column: str) -> pl.Expr:
    text = pl.col(column).fill_null("").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars(" ")
    for pattern, replacement in TEMPLATE_FORM:
        text = text.str.replace_all(pattern, replacement)
    return text


def _f1(right: int, parsed: int, true: int) -> float:
    return 2 * right / (parsed + true) if right else 0.0
