"""A command's options as the fields of one dataclass."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Block = TypeVar("Block")


def taking(block: type[Block]) -> Callable[[Callable[[Block], None]], Callable[..., None]]:
    """Make typer see a dataclass's fields as the options of a command that is given an instance of it."""

    def decorate(command: Callable[[Block], None]) -> Callable[..., None]:
        def run(**options: Any) -> None:
            command(block(**options))

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.signature(block, eval_str=True)  # type: ignore[attr-defined]
        return run

    return decorate
