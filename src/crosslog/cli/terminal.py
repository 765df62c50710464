"""What is said to people: plain lines, and refusals in red."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import fill

import typer
from rich.console import Console

from crosslog.faults import UserError

TROUBLE = 2


def escape_markup(text: str) -> str:
    """Text in which rich sees no style: it would take `[...]` for one."""
    return text.replace("[", r"\[")


def say(text: str) -> None:
    """Print lines, broken between words where the terminal ends; a path or an address stays whole, to be copied."""
    _print(Console(), text)


@contextmanager
def refusals_as_words() -> Iterator[None]:
    """What a person can put right is said in words, and ends with exit code 1; anything else is a fault of ours."""
    try:
        yield
    except (UserError, OSError) as error:
        _print(Console(stderr=True), str(error), style="red")
        raise typer.Exit(1) from None


@contextmanager
def trouble_as_words() -> Iterator[None]:
    """The same for a command whose exit code 1 means something else: all trouble ends with 2, as grep's does."""
    try:
        yield
    except BrokenPipeError:  # who reads has seen enough
        raise
    except (UserError, OSError) as error:
        _print(Console(stderr=True), str(error), style="red")
        raise typer.Exit(TROUBLE) from None
    except typer.Exit:
        raise
    except Exception:
        traceback.print_exc()
        raise typer.Exit(TROUBLE) from None


def _print(console: Console, text: str, style: str | None = None) -> None:
    lines = [fill(line, console.width, break_long_words=False, break_on_hyphens=False) for line in text.splitlines()]
    console.print(escape_markup("\n".join(lines)), style=style, soft_wrap=True, highlight=False)
