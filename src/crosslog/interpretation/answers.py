"""Answers of a language model, kept for ever: one JSON object a line, found again by the exact request."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)


class AnswersError(ValueError):
    """A line of the answers file cannot be read; the message names it."""


class Answers:
    """An append-only file of answers.

    Parameters
    ----------
    path : the .jsonl file; it need not exist yet

    Raises
    ------
    AnswersError
        If a line is not a JSON object with `request` and `answer`. A last line that was cut off when a run was killed
        is left aside with a warning: its answer is asked for again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = _read(path)

    def get(self, request: Mapping[str, Any]) -> str | None:
        """The answer to exactly this request, or None."""
        return self._known.get(digest(request))

    def add(self, request: Mapping[str, Any], answer: str, about: Mapping[str, Any]) -> None:
        """Keep an answer: it is on the disk when this returns. `about` is for people who read the file."""
        key = digest(request)
        line = json.dumps({"request": key, **about, "answer": answer}, ensure_ascii=False) + "\n"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _end_the_last_line(self._path)
        with self._path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        self._known[key] = answer


def digest(request: Mapping[str, Any]) -> str:
    """SHA-256 of a request: model, messages, decoding."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _read(path: Path) -> dict[str, str]:
    known: dict[str, str] = {}
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entry = _entry(line)
        if entry is not None:
            known[entry[0]] = entry[1]
        elif number < len(lines):
            raise AnswersError(f"{path}, line {number}: not an answer: repair the line or remove it")
        else:
            logger.warning("%s, line %d was cut off: its answer is asked for again", path, number)
    return known


def _entry(line: bytes) -> tuple[str, str] | None:
    try:
        entry = json.loads(line)
        return str(entry["request"]), str(entry["answer"])
    except (ValueError, KeyError, TypeError):
        return None


def _end_the_last_line(path: Path) -> None:
    """Remove a last line that was cut off; give one that only lacks its line end that line end."""
    if not path.exists():
        return
    whole, separator, last = path.read_bytes().rpartition(b"\n")
    if not last:
        return
    with path.open("r+b") as file:
        if _entry(last) is None:
            file.truncate(len(whole + separator))
        else:
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
