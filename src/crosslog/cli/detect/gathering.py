"""Files, folders, globs and standard input as logs, each with the format that reads it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crosslog import plugins
from crosslog.faults import UserError
from crosslog.logs import looking
from crosslog.logs.known_patterns import KNOWN_PATTERNS
from crosslog.logs.looking import Trial
from crosslog.logs.reading import LeftOut, Member, ReadingError, list_members, strip_rotation, survey_files

STANDARD_INPUT = "-"
COPIED_BYTES = 1 << 20
TRIED_WHOLE = 20  # logs of a folder on which every format is tried; on the others, those that read one of these
WELL_READ = 0.95  # of a log's first lines


class DetectError(UserError, ValueError):
    """What was asked of `crosslog detect` cannot be done; the message says what can."""


@dataclass(frozen=True)
class LogFiles:
    """The files that one format reads, as one log: each log's oldest first."""

    trial: Trial
    members: tuple[Member, ...]

    @property
    def bytes(self) -> int:
        """Size of the files, as they lie on the disk."""
        return sum(path.stat().st_size for path in {member.path for member in self.members})


def gather_logs(paths: Sequence[str], title: str | None, spool: Path) -> tuple[list[LogFiles], list[LeftOut]]:
    """Logs that paths name, by the format that reads them, and files that are none with the reason why not.

    Parameters
    ----------
    paths : files, folders, globs; `-` is standard input
    title : the format, as `name_formats` lists them; None to try each on the first lines
    spool : a folder for what comes through standard input, which is read more than once

    Raises
    ------
    ReadingError, DetectError
        If a file that was named itself cannot be read, there is no such format, or no line at all.
    """
    left_out: list[LeftOut] = []
    by_format: dict[str, tuple[Trial, list[Member]]] = {}
    known: list[Trial] = []
    for members in _by_log(paths, spool, left_out):
        trial = _read_as(members, title, known, left_out, named=len(paths) > 0 and members[0].name in paths)
        if trial:
            by_format.setdefault(f"{trial.title} {trial.options}", (trial, []))[1].extend(members)
    if not by_format:
        others = f" ({left_out[0]})" if left_out else ""
        raise DetectError(f"{' '.join(paths)}: no line with a word in it{others}")
    return [LogFiles(trial, tuple(members)) for trial, members in by_format.values()], left_out


def name_formats() -> list[str]:
    """What a log can be read as: formats, and patterns of well-known kinds of log."""
    return [name for name in plugins.names("logs.formats") if name != "pattern"] + list(KNOWN_PATTERNS)


def _by_log(paths: Sequence[str], spool: Path, left_out: list[LeftOut]) -> Iterator[list[Member]]:
    """Members that rotation or a folder made of one log, and no file twice."""
    logs: dict[str, list[Member]] = {}
    seen: set[tuple[Path, str]] = set()
    for path in paths:
        if path == STANDARD_INPUT:
            logs.setdefault(STANDARD_INPUT, []).extend(_from_standard_input(spool))
            continue
        found = survey_files(path)
        left_out += found.left_out
        for member in list_members(found.files, left_out):
            if (member.path.resolve(), member.name) not in seen:
                seen.add((member.path.resolve(), member.name))
                logs.setdefault(strip_rotation(member.name), []).append(member)
    yield from logs.values()


def _from_standard_input(spool: Path) -> list[Member]:
    place = spool / "standard-input"
    with place.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, COPIED_BYTES)
    return [replace(member, name=STANDARD_INPUT) for member in list_members([place])]


def _read_as(
    members: list[Member], title: str | None, known: list[Trial], left_out: list[LeftOut], *, named: bool
) -> Trial | None:
    """The format that reads a log best; None, and a word in `left_out`, where it is none."""
    try:
        if title is not None:
            return _ask_for(members, title)
        if len(known) >= TRIED_WHOLE and (trial := _try_known(members, known)):
            return trial
        trials = looking.try_formats(members)
    except ReadingError as error:
        if named:
            raise
        left_out.append(LeftOut(members[0].name, str(error)))
        return None
    if not trials:
        left_out += [LeftOut(member.name, "no line with a word in it") for member in members]
        return None
    known.append(trials[0])
    return trials[0]


def _ask_for(members: list[Member], title: str) -> Trial | None:
    if title not in name_formats():
        raise DetectError(f"--as {title}: no such format; there are: {', '.join(name_formats())}")
    trials = looking.try_formats(members)
    wanted = {title, f"pattern ({title})"}
    return next((trial for trial in trials if trial.title in wanted), None)


def _try_known(members: list[Member], known: Sequence[Trial]) -> Trial | None:
    candidates = {trial.title: (trial.format, trial.title, trial.options) for trial in known}
    trials = looking.try_formats(members, list(candidates.values()))
    return trials[0] if trials and trials[0].read >= WELL_READ and trials[0].format != "plain" else None
