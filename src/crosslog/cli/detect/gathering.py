"""Files, folders, globs and standard input as logs, each with the format that reads it."""

from __future__ import annotations

import re
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
from crosslog.logs.reading.lines import read_pieces

STANDARD_INPUT = "-"
COPIED_BYTES = 1 << 20
TRIED_WHOLE = 20  # logs of a folder on which every format is tried; on the others, those that read one of these
WELL_READ = 0.95  # of a log's first lines
MOST_TEXTS = 20  # that are of no format and yet logs of their own; of more, all are one
MOVES_CURSOR = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")  # a tab does no harm


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
    named = {Path(path).absolute() for path in paths}
    known: list[Trial] = []
    logs: list[tuple[Trial, list[Member]]] = []
    for members in _by_log(paths, spool, left_out):
        readable = [one for one in members if one.path.absolute() in named or _can_be_read(one, left_out)]
        trial = _read_as(readable, title, known) if readable else None
        if trial:
            logs.append((trial, readable))
        else:
            left_out += [LeftOut(one.name, "no line with a word in it") for one in readable]
    if not logs:
        others = f" ({left_out[0]})" if left_out and left_out[0].name not in paths else ""
        raise DetectError(f"{' '.join(paths)}: no line with a word in it{others}")
    return _join_alike(logs), left_out


def _join_alike(logs: Sequence[tuple[Trial, list[Member]]]) -> list[LogFiles]:
    """Files of one format as one log; texts that are of no format each by itself, while they are few."""
    texts = sum(trial.format == "plain" for trial, _ in logs)
    found: dict[str, tuple[Trial, list[Member]]] = {}
    for trial, members in logs:
        own = strip_rotation(members[0].name) if trial.format == "plain" and texts <= MOST_TEXTS else ""
        found.setdefault(f"{trial.title} {trial.options} {own}", (trial, []))[1].extend(members)
    return [LogFiles(trial, tuple(members)) for trial, members in found.values()]


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
            place = member.path.resolve()
            inside = "" if member.name == member.path.as_posix() else member.name
            if (place, inside) not in seen:
                seen.add((place, inside))
                name = show_text(f"{member.path.as_posix()}/{inside}" if inside else member.name)
                logs.setdefault(strip_rotation(name), []).append(replace(member, name=name))
    yield from logs.values()


def show_text(text: str) -> str:
    """The text with nothing in it that moves a terminal's cursor or is no character."""
    return MOVES_CURSOR.sub("\ufffd", text.encode("utf-8", "backslashreplace").decode())


def _from_standard_input(spool: Path) -> list[Member]:
    place = spool / "standard-input"
    with place.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, COPIED_BYTES)
    return [replace(member, name=STANDARD_INPUT) for member in list_members([place])]


def _can_be_read(member: Member, left_out: list[LeftOut]) -> bool:
    """Whether a file of a folder begins with text; a word in `left_out` where it does not."""
    try:
        next(read_pieces(member), None)
    except ReadingError as error:
        left_out.append(LeftOut(member.name, str(error)))
        return False
    return True


def _read_as(members: list[Member], title: str | None, known: list[Trial]) -> Trial | None:
    """The format that reads a log best; None where it has no line with a word."""
    if title is not None:
        return _ask_for(members, title)
    if len(known) >= TRIED_WHOLE and (trial := _try_known(members, known)):
        return trial
    trials = looking.try_formats(members)
    known += trials[:1]
    return trials[0] if trials else None


def _ask_for(members: list[Member], title: str) -> Trial | None:
    if title.removeprefix("pattern (").removesuffix(")") not in name_formats() and title not in name_formats():
        raise DetectError(f"--as {title}: no such format; there are: {'; '.join(name_formats())}")
    trials = looking.try_formats(members)
    wanted = {title, f"pattern ({title})"}  # as it is listed, and as it is said
    return next((trial for trial in trials if trial.title in wanted), None)


def _try_known(members: list[Member], known: Sequence[Trial]) -> Trial | None:
    candidates = {trial.title: (trial.format, trial.title, trial.options) for trial in known}
    trials = looking.try_formats(members, list(candidates.values()))
    return trials[0] if trials and trials[0].read >= WELL_READ else None
