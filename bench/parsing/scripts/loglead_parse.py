"""Loads, masks and parses a log with LogLead, in LogLead's own environment.

Usage: loglead_parse.py tip|tip_templates|drain [FILE FORMAT]; without a file it only imports. Follows the steps of the
parser benchmark that LogLead's authors publish: loader, nulls out, mask, parser. The last line is JSON.
"""

from __future__ import annotations

import json
import sys
import time

import polars as pl
from loglead.enhancers import EventLogEnhancer  # type: ignore[import-not-found]
from loglead.loaders import BGLLoader, ThuSpiLibLoader  # type: ignore[import-not-found]

LOADERS = {"bgl": BGLLoader, "cfdr_syslog": ThuSpiLibLoader}
COLUMNS = {"tip": "e_event_tip_id", "tip_templates": "e_event_tip_id", "drain": "e_event_drain_id"}


def main(variant: str, path: str = "", line_format: str = "") -> None:
    """Run one variant and print counts and seconds."""
    if variant == "drain":
        import loglead.parsers  # type: ignore[import-not-found]  # noqa: F401, PLC0415 - imports every parser
    else:
        import tipping  # type: ignore[import-not-found]  # noqa: F401, PLC0415
    if not path:
        return
    started = time.perf_counter()
    frame = LOADERS[line_format](filename=path).execute()
    lines = frame.height
    if frame["m_message"].null_count():
        frame = frame.filter(pl.col("m_message").is_not_null())
    loaded = time.perf_counter()
    enhancer = EventLogEnhancer(frame)
    enhancer.mask()
    masked = time.perf_counter()
    parsed = _parsed(enhancer, variant)
    phases = {"load": loaded - started, "mask": masked - loaded, "parse": time.perf_counter() - masked}
    print(json.dumps({"lines": lines, "templates": parsed[COLUMNS[variant]].n_unique(), "phases": phases}))


def _parsed(enhancer: EventLogEnhancer, variant: str) -> pl.DataFrame:
    if variant == "drain":
        enhancer.parse_drain(templates=True)
    else:
        enhancer.parse_tip(templates=variant == "tip_templates")
    frame: pl.DataFrame = enhancer.df
    return frame


if __name__ == "__main__":
    main(*sys.argv[1:])
