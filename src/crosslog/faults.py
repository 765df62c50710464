"""Faults that may be gone a little later, and the exit code by which a stage says that it met one."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

NETWORK_EXIT_CODE = 75  # EX_TEMPFAIL of BSD's sysexits.h: try again later


class NetworkError(RuntimeError):
    """A server is out of reach, busy or breaks off, after all the retries of whoever raises it."""


@contextmanager
def exit_on_network_error() -> Iterator[None]:
    """End the process with NETWORK_EXIT_CODE, after the traceback, where the block raises a NetworkError."""
    try:
        yield
    except NetworkError:
        traceback.print_exc()
        raise SystemExit(NETWORK_EXIT_CODE) from None
