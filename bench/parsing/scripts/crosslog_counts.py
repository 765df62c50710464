"""Counts what crosslog's parse stage wrote in this folder. Usage: crosslog_counts.py SYSTEM. The last line is JSON."""

from __future__ import annotations

import json
import sys

from crosslog import artifacts


def main(system: str) -> None:
    """Print counts of events, messages and templates, read from the artifacts, which are checked."""
    events = sum(part.height for part in artifacts.EVENTS.read_parts(["line"], system=system))
    messages = artifacts.MESSAGES.read(system=system).height
    templates = artifacts.TEMPLATES.read(system=system).height
    print(json.dumps({"lines": events, "messages": messages, "templates": templates}))


if __name__ == "__main__":
    main(*sys.argv[1:])
