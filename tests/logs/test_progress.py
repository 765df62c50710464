from __future__ import annotations

import io

import pytest

from crosslog.logs.progress import ReadingPace, ReadingProgress, format_duration


class Screen(io.StringIO):
    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def run(screen: Screen, *steps: tuple[float, int, int], end: float, total: int = 1000) -> str:
    clock = Clock()
    with ReadingProgress("zlog", total, screen, clock) as progress:
        for seconds, lines, done in steps:
            clock.now = 100 + seconds
            progress(lines, done)
        clock.now = 100 + end
    return screen.getvalue()


def test_pace_is_lines_a_second_share_and_time_left() -> None:
    pace = ReadingPace(lines=5000, done=250, total=1000, seconds=10)
    assert (pace.rate, pace.share, pace.left) == (500, 0.25, 30)
    assert str(pace) == "5,000 lines, 500 lines/s, 25.0%, 30 s left"


@pytest.mark.parametrize(
    ("pace", "text"),
    [
        (ReadingPace(0, 0, 0, 0), "0 lines, 0 lines/s"),
        (ReadingPace(0, 0, 1000, 3), "0 lines, 0 lines/s, 0.0%"),
        (ReadingPace(7, 2000, 1000, 2), "7 lines, 4 lines/s, 100.0%, 0 s left"),
        (ReadingPace(7_000_000, 5, 0, 2), "7,000,000 lines, 3,500,000 lines/s"),
    ],
)
def test_what_cannot_be_known_is_left_out(pace: ReadingPace, text: str) -> None:
    assert str(pace) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3599.7, "1 h 00 min"),
        (3720, "1 h 02 min"),
    ],
)
def test_times_are_said_as_people_say_them(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_what_is_soon_done_says_nothing() -> None:
    assert run(Screen(), (0.1, 5, 500), (0.9, 10, 1000), end=0.9) == ""
    assert run(Screen(terminal=True), (0.1, 5, 500), (0.9, 10, 1000), end=0.9) == ""


def test_a_file_gets_a_line_every_few_seconds() -> None:
    assert run(Screen(), (2, 20, 100), (5, 50, 250), (6, 60, 300), (10, 100, 500), end=20) == (
        "zlog: 50 lines, 10 lines/s, 25.0%, 15 s left\n"
        "zlog: 100 lines, 10 lines/s, 50.0%, 10 s left\n"
        "zlog: 100 lines, 5 lines/s in 20 s\n"
    )


def test_a_terminal_gets_one_line_written_over() -> None:
    assert run(Screen(terminal=True), (1, 10, 100), (1.2, 12, 120), (2, 20, 200), end=10) == (
        "\r\x1b[Kzlog: 10 lines, 10 lines/s, 10.0%, 9 s left"
        "\r\x1b[Kzlog: 20 lines, 10 lines/s, 20.0%, 8 s left"
        "\r\x1b[Kzlog: 20 lines, 2 lines/s in 10 s\n"
    )
