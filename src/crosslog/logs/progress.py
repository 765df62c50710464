"""How far the reading of a log is, on stderr: lines, lines a second, share of its bytes, time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

QUIET_SECONDS = 1.0  # what is done by then needs no word
LINE_SECONDS = 5.0
IN_PLACE_SECONDS = 0.5
CLEAR = "\r\x1b[K"


class Screen(Protocol):
    """What is written to."""

    def write(self, text: str, /) -> object:
        """Write a text."""
        ...

    def flush(self) -> None:
        """Show it."""
        ...

    def isatty(self) -> bool:
        """Whether a person looks at it, and lines can be written over."""
        ...


@dataclass(frozen=True)
class ReadingPace:
    """Lines and bytes done in some seconds, of `total` bytes; 0 where that is not known."""

    lines: int
    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Lines a second."""
        return self.lines / self.seconds if self.seconds > 0 else 0.0

    @property
    def share(self) -> float | None:
        """Share of the bytes that is done, from 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total > 0 else None

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes at the pace so far; None where nothing can be said yet."""
        return self.seconds * (1 - self.share) / self.share if self.share else None

    def __str__(self) -> str:
        words = [f"{self.lines:,} lines", f"{self.rate:,.0f} lines/s"]
        if self.share is not None:
            words.append(f"{self.share:.1%}")
        if self.left is not None:
            words.append(f"{format_duration(self.left)} left")
        return ", ".join(words)


def format_duration(seconds: float) -> str:
    """A time as people say it: `45 s`, `2 min 05 s`, `1 h 02 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


class ReadingProgress:
    """Says how far a log is: a line every few seconds, written over itself on a terminal; nothing if it is soon done.

    Parameters
    ----------
    name : what stands before each line
    total : bytes in all, 0 where they are not known
    screen : where it is said
    clock : seconds from any start
    """

    def __init__(
        self,
        name: str,
        total: int,
        screen: Screen | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._total, self._clock = name, total, clock
        self._screen = screen or sys.stderr
        self._in_place = self._screen.isatty()
        self._every = IN_PLACE_SECONDS if self._in_place else LINE_SECONDS
        self._start = clock()
        self._next = self._start + max(QUIET_SECONDS, self._every)
        self._pace = ReadingPace(0, 0, total, 0)
        self._spoke = False

    def __call__(self, lines: int, done: int) -> None:
        """Tell that so many lines and bytes are done, of all."""
        now = self._clock()
        self._pace = ReadingPace(lines, done, self._total, now - self._start)
        if now >= self._next:
            self._next = now + self._every
            self._say(str(self._pace))

    def close(self) -> None:
        """Say what it came to, if anything was said before."""
        if self._spoke:
            pace = ReadingPace(self._pace.lines, 0, 0, self._clock() - self._start)
            self._say(f"{pace} in {format_duration(pace.seconds)}")
            self._screen.write("\n" if self._in_place else "")

    def _say(self, text: str) -> None:
        self._spoke = True
        self._screen.write(f"{CLEAR}{self._name}: {text}" if self._in_place else f"{self._name}: {text}\n")
        self._screen.flush()

    def __enter__(self) -> ReadingProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
