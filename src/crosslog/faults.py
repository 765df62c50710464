"""Faults that people can put right, and those that may be gone a little later; how a stage says that it met one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

NETWORK_EXIT_CODE = 75  # EX_TEMPFAIL of BSD's sysexits.h: try again later


class UserError(Exception):
    """Something that a person can put right; the message says what is wrong, where, and what to do."""


class NetworkError(UserError, RuntimeError):
    """A server is out of reach, busy or breaks off, after all the retries of whoever raises it."""


@contextmanager
def exit_in_words() -> Iterator[None]:
    """Where the block raises what a person can put right, say it without a traceback and end the process.

    The exit code is NETWORK_EXIT_CODE for a NetworkError, else 1. Anything else is a fault of ours, with its traceback.
    """
    try:
        yield
    except UserError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        raise SystemExit(NETWORK_EXIT_CODE if isinstance(error, NetworkError) else 1) from None
