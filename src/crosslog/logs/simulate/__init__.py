"""Simulated supercomputer logs of any size, with labels, in the line formats of the CFDR (Oliner and Stearley, 2007).

Shares of anomalous lines, numbers of alert categories and durations follow Table I of CroSysLog (Wang et al., 2024).
The wording of each system is a file in `dialects/`; no line of a public log is in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.logs.simulate.draws import Draws
from crosslog.logs.simulate.lines import Writer
from crosslog.logs.simulate.vocabulary import DIALECTS, load_dialect

CHUNK_LINES = 65_536  # lines held in memory at once


def simulate_lines(dialect: str, lines: int, seed: int) -> Iterator[bytes]:
    """Chunks of whole lines, each ended by a line feed; the same arguments give the same bytes.

    Parameters
    ----------
    dialect : one of `DIALECTS`
    lines : how many lines in all; bursts, drift and duration are planned for the whole length
    seed : any integer

    Raises
    ------
    ValueError
        If the dialect is not known, or `lines` is negative.
    """
    if lines < 0:
        raise ValueError(f"lines must not be negative, not {lines}")
    writer = Writer(load_dialect(dialect), lines, Draws(f"{dialect}/{seed}"))
    return (writer.write(first, min(first + CHUNK_LINES, lines)) for first in range(0, lines, CHUNK_LINES))


__all__ = ["CHUNK_LINES", "DIALECTS", "simulate_lines"]
