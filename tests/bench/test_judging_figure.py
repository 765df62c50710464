from __future__ import annotations

import polars as pl

from bench._judging_figure import draw_judging, format_svg


def curves() -> pl.DataFrame:
    rows = [
        (system, order, unjudged, judged, judged / 3, interval)
        for system in ("widgets", "gears (simulated)")
        for order, interval in (("ours", None), ("random", 0.5))
        for unjudged in ("normal", "nearest")
        for judged in (1, 2, 3)
    ]
    frame = pl.DataFrame(rows, schema=["system", "order", "unjudged", "judged", "f1", "f1_low"], orient="row")
    return frame.with_columns(f1_high="f1_low", recall="f1", recall_low="f1_low", recall_high="f1_low")


def test_every_system_and_order_is_named_in_the_figure() -> None:
    text = format_svg(draw_judging(curves(), 3)).decode()
    for word in ("widgets", "gears (simulated)", "ours", "random", "templates judged"):
        assert f">{word}<" in text


def test_the_same_curves_give_the_same_bytes() -> None:
    first, second = (format_svg(draw_judging(curves(), 3)) for _ in range(2))
    assert first == second
    assert b"Date" not in first
