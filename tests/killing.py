"""A process that is killed before its n-th change of a name on the disk, for tests of what then stands there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod"}
KILLED, DONE = 9, 0


def killed_before(number: int, work: Callable[[], object]) -> bool:
    """Do `work` in a process of its own that ends, without a clean-up, before its n-th change; whether it came so far.

    Only the calling thread goes on in that process: `work` must not lean on others.
    """
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == KILLED
    seen = 0

    def die(event: str, _: tuple[object, ...]) -> None:
        nonlocal seen
        if event in CHANGES:
            seen += 1
            if seen == number:
                os._exit(KILLED)

    sys.addaudithook(die)
    try:
        work()
    except BaseException:
        os._exit(1)
    os._exit(DONE)
