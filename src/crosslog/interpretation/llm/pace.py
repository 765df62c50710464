"""When the next request may go out: back-off that all threads share, and a stop that reaches those that wait."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds; twice as long each time
LONGEST_OBEYED = 600.0  # seconds; who asks for more is asked again at the next run


class HaltedError(RuntimeError):
    """Another thread has ended the run."""


@dataclass
class RequestPace:
    """Keeps all threads away from an endpoint for as long as it asked for."""

    _free_at: float = 0.0
    _halt: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def wait(self) -> None:
        """Return when a request may go out; HaltedError when none may any more."""
        while True:
            left = self._free_at - time.monotonic()
            if self._halt.wait(max(left, 0.0)):
                raise HaltedError
            if left <= 0:
                return

    def hold(self, seconds: float) -> None:
        """Let no request out for so long."""
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic() + seconds)

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Meanwhile, who waits and who comes gets a HaltedError."""
        self._halt.set()
        try:
            yield
        finally:
            self._halt.clear()


def back_off(retry: int, headers: Mapping[str, str]) -> float:
    """Seconds to wait before a retry (0 is the first): what Retry-After says, else twice as long each time."""
    named = _retry_after(headers)
    return named if named is not None else min(FIRST_WAIT * 2**retry, LONGEST_WAIT)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """RFC 9110, 10.2.3: a number of seconds, or a date."""
    text = headers.get("retry-after", "")
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        return max(email.utils.parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except ValueError:
        return None
