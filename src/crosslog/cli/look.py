"""What an unknown log is, in the terminal: formats that read it, what they find, and its entry for systems.yaml."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from crosslog import plugins
from crosslog.artifacts import write_text
from crosslog.cli.terminal import escape_markup, say
from crosslog.logs import looking
from crosslog.logs.reading import LeftOut, list_members, survey_files
from crosslog.settings import Settings, SettingsError, checked_model, read_yaml
from crosslog.systems import SYSTEM_NAME, System

SYSTEMS = Path("systems.yaml")
SHOWN_TRIALS = 5
SHOWN_TEMPLATES = 10
SHOWN_LEVELS = 8
SHOWN_CHARACTERS = 110
NO_NAME = re.compile("[^a-z0-9]+")


def look_at(path: str, name: str | None) -> None:
    """Print what a log's first lines are; with a name, write its entry into systems.yaml.

    Raises
    ------
    ReadingError, SettingsError
        If it cannot be read, or the name cannot be had.
    """
    found = survey_files(path)
    left_out: list[LeftOut] = list(found.left_out)
    members = list(list_members(found.files, left_out))
    trials = looking.try_formats(members)
    if not trials:
        raise SettingsError(f"{path} has no line with a word in it")
    Console().print(_trials([trial for trial in trials if trial.read][:SHOWN_TRIALS]))
    settings = Settings.load()
    miner = plugins.build("logs.mining", settings.parse.miner, settings.miners[settings.parse.miner])
    best = trials[0]
    _show(best, looking.see_lines(members, best, miner), left_out)
    entry = _entry(path, best)
    text = _dump({name or _name(path): entry})
    say(f"\nIts entry for {SYSTEMS}{'' if name is not None else ', or run this again with --add NAME'}:\n\n{text}")
    if name is not None:
        add_system(name, entry)
        say(f"{SYSTEMS} has it now. Name it in `systems` of a suite in params.yaml, and say in its `kind` what it is.")


def _trials(trials: list[looking.Trial]) -> Table:
    table = Table("format", "reads", "time", "level", "component", "lines an event", box=box.SIMPLE_HEAD)
    for trial in trials:
        shares = [f"{share:.1%}" for share in (trial.read, *(trial.shares[n] for n in ("time", "level", "component")))]
        table.add_row(escape_markup(trial.title), *shares, f"{trial.lines_an_event:.2f}")
    return table


def _show(trial: looking.Trial, sight: looking.Sight, left_out: list[LeftOut]) -> None:
    times = [moment for moment in (sight.tally.first_time, sight.tally.last_time) if moment is not None]
    said = " to ".join(datetime.fromtimestamp(moment / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S") for moment in times)
    say(f"Read as {trial.title}: {sight.lines:,} lines, {len(sight.events):,} events, {said or 'no time'} (UTC)")
    levels = [f"{level} {count:,}" for level, count in sight.levels[:SHOWN_LEVELS]]
    say(f"levels: {', '.join(levels) or 'none'}")
    if sight.tally.labels:
        say(f"alert tags: {sight.tally.anomalous:,} events, {', '.join(sight.tally.labels[:SHOWN_LEVELS])}")
    say(f"\n{len(sight.templates):,} templates, the most frequent:")
    for template in sight.templates.sort("count", descending=True).head(SHOWN_TEMPLATES).iter_rows(named=True):
        say(f"{template['count']:>9,}  {template['template'][:SHOWN_CHARACTERS]}")
    say("\nwhat is odd:" if len(sight.remarks) or left_out else "\nnothing is odd")
    for remark in sight.remarks.iter_rows(named=True):
        line = f"line {remark['first_line']:,}: {remark['sample'][:SHOWN_CHARACTERS]!r}"
        say(f"{remark['lines']:>9,}  {remark['kind']}, the first in {line}")
    for file in left_out:
        say(f"           not read: {file}")


def _entry(path: str, trial: looking.Trial) -> dict[str, Any]:
    options = {key: list(value) if isinstance(value, tuple) else value for key, value in trial.options.items()}
    return {
        "description": f"{Path(path).name}, as crosslog look found it",
        "kind": "a system of our own",
        "format": trial.format,
        "path": path,
        **({"options": options} if options else {}),
        "labels": "tag" if trial.format in looking.TAGGED else "none",
    }


def _name(path: str) -> str:
    return NO_NAME.sub("_", Path(path).name.lower()[:40]).strip("_") or "my_log"


def _dump(content: dict[str, Any]) -> str:
    out = StringIO()
    yaml = YAML()
    yaml.width = 4096  # a line that is folded is hard to read
    yaml.dump(content, out)
    return out.getvalue()


def add_system(name: str, entry: dict[str, Any], path: Path = SYSTEMS) -> None:
    """Put an entry behind those of systems.yaml, which stay as they are, comments too.

    Raises
    ------
    SettingsError
        If the name is taken or none, or the entry is not what a system's must be.
    """
    if not SYSTEM_NAME.fullmatch(name):
        raise SettingsError(f"{name!r} is no name for a system: small letters, digits and _ alone")
    if name in read_yaml(path):
        raise SettingsError(f"{path} has a system {name!r} already: choose another name, or change that one by hand")
    checked_model(System, path, entry, name)
    before = path.read_text(encoding="utf-8")
    write_text(path, f"{before.rstrip()}\n\n{_dump({name: entry})}")
