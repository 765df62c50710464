"""Stage parse: a system's raw log as events, distinct messages, templates and remarks."""

from __future__ import annotations

import sys
from fnmatch import fnmatch
from pathlib import Path

from crosslog import artifacts, plugins
from crosslog.logs.line_format import LineFormat
from crosslog.logs.parsing import Parser, is_label_file, session_labels
from crosslog.logs.reading import Member, chunks, find, members
from crosslog.settings import Settings, System, load_system


def main(system: str) -> None:
    """Parse `system` with the format that params.yaml gives it."""
    settings = Settings.load()
    entry = load_system(system)
    line_format: LineFormat = plugins.load("logs.formats", settings.run.systems[system])()
    logs, labels = _inputs(system, entry, line_format)
    miner = plugins.build("logs.mining", settings.parse.miner, getattr(settings.parse, settings.parse.miner))
    parser = Parser(line_format, miner, session_labels(line_format, labels))
    with artifacts.EVENTS.writer(system=system) as write:
        for chunk in chunks(logs, settings.parse.chunk_bytes):
            write(parser.events(chunk))
        parser.check(settings.parse.max_bad_fraction, entry.expected)
    artifacts.MESSAGES.write(parser.messages(), system=system)
    artifacts.TEMPLATES.write(parser.templates(), system=system)
    artifacts.REMARKS.write(parser.remarks(), system=system)


def _inputs(system: str, entry: System, line_format: LineFormat) -> tuple[list[Member], list[Member]]:
    """Members that are logs, and members that may label them."""
    folder = Path("data/raw") / system
    if entry.path:
        paths = find(entry.path)
    elif entry.simulated:
        paths = [folder / f"{system}.log"]
    else:
        paths = [folder / file.name for file in entry.files if file.role == "log"]
    label_paths = [folder / file.name for file in entry.files if file.role == "labels"]
    found = list(members(paths))
    logs = [
        member for member in found if fnmatch(member.name, entry.members) and not is_label_file(line_format, member)
    ]
    return logs, [*found, *members(label_paths)]


if __name__ == "__main__":
    main(*sys.argv[1:])
