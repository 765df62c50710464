"""Many more rows take as much longer, and no more than that."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product

import polars as pl
import pytest

from crosslog.interpretation.review import carrying, likeness, table
from crosslog.interpretation.review.likeness import ALL_COMPARED
from crosslog.templates import template_key

PARTS = [f"{part}{number}" for part in ("pump", "belt", "gear", "lamp", "valve") for number in range(90)]
FATES = ("broke apart at noon", "lost its pressure", "was replaced by the crew", "ran hot for an hour", "is lit again")


def texts(count: int) -> list[str]:
    pairs = product(FATES, PARTS, ("left", "right", "upper", "lower"))
    return [f"the {part} of the {side} hall {fate}" for fate, part, side in pairs][:count]


def suggested(count: int) -> int:
    some = texts(count)
    rows = [
        dict.fromkeys(table.ROW_COLUMNS, "")
        | {"key": template_key(text), "template": text, "example": text, "occurrences": 1, "status": "approved"}
        | {"interpretation": f"It says {text}.", "source": "person"}
        for text in some
    ]
    reworded = [f"{text} <*>" for text in some]
    new = pl.DataFrame({"key": list(map(template_key, reworded)), "template": reworded})
    found = carrying.suggest_rows(new, pl.DataFrame(rows, schema=table.ROW_TYPES, orient="row"))
    return sum(row["note"] == f"was: {row['interpretation'][8:-1]}" for row in found.values())


def twins(count: int) -> int:
    some = texts(count)
    told = [f"It says that {text}." for text in some]
    return sum(twin is not None for twin in likeness.find_twins([*told, told[7]], [*some, "quite another thing"]))


@pytest.mark.parametrize("work", [suggested, twins])
def test_the_time_grows_with_the_rows_and_not_with_their_pairs(work: Callable[[int], int]) -> None:
    def measure(count: int) -> float:
        before = time.process_time()
        work(count)
        return time.process_time() - before

    measure(100)
    assert measure(3 * ALL_COMPARED) < 9 * max(measure(ALL_COMPARED * 3 // 4), 0.1)


def test_every_reworded_template_finds_its_own_sentence_among_thousands() -> None:
    assert suggested(2500) == 2500


def test_a_sentence_that_stands_twice_among_thousands_is_found() -> None:
    assert twins(3000) >= 2
