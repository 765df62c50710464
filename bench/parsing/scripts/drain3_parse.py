"""Reads a log line by line and hands each message to Drain3 in its default configuration, in Drain3's own environment.

Usage: drain3_parse.py [FILE FORMAT]; without a file it only imports. Prints JSON every `REPORTED` lines and at the end.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from drain3 import TemplateMiner

FIELDS = {"bgl": 9, "cfdr_syslog": 8}  # words in front of the message
REPORTED = 10_000


def main(path: str = "", line_format: str = "") -> None:
    """Mine the file and print counts and seconds."""
    if not path:
        return
    started = time.perf_counter()
    miner, fields = TemplateMiner(), FIELDS[line_format]
    clusters = []
    with Path(path).open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            words = line.rstrip("\n").split(" ", fields)
            message = words[fields] if len(words) > fields else ""
            clusters.append(miner.add_log_message(message)["cluster_id"])
            if number % REPORTED == 0:
                print(json.dumps({"lines": number}), flush=True)
    templates = {cluster.cluster_id: cluster.get_template() for cluster in miner.drain.clusters}
    phases = {"read and parse": time.perf_counter() - started}
    print(json.dumps({"lines": len(clusters), "templates": len(templates), "phases": phases}))


if __name__ == "__main__":
    main(*sys.argv[1:])
