"""Answers of a language model, kept for ever: one JSON object a line, found again by what was asked of one template.

A line is keyed by all that a sentence depends on: model, decoding, words of the prompt, kind of system, template,
example and note. Which templates shared a request is left out, so that a later run with other company replays it too.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from crosslog.faults import UserError

logger = logging.getLogger(__name__)


class AnswersError(UserError, ValueError):
    """A line of the answers file cannot be read; the message names it."""


class Answers:
    """An append-only file of answers, and of replies that were refused; several threads may use it.

    Parameters
    ----------
    path : the .jsonl file; it need not exist yet

    Raises
    ------
    AnswersError
        If a line is not a JSON object with `request` and either `answer` or `refused`. A last line that was cut off
        when a run was killed is left aside with a warning: its answer is asked for again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._mended = False
        self._known: dict[str, str] = {}
        self._refused: dict[str, list[str]] = {}
        self._by_template: dict[str, set[str]] = {}
        for entry in _read(path):
            self._remember(entry)

    def get(self, key: str) -> str | None:
        """The answer to exactly this request, or None."""
        return self._known.get(key)

    def refused(self, key: str) -> tuple[str, ...]:
        """Replies to exactly this request that were not in form, oldest first; "" for one that left it out."""
        return tuple(self._refused.get(key, ()))

    def ever_given(self, template: str) -> frozenset[str]:
        """Every answer about a template, as it was shown, to whatever request."""
        return frozenset(self._by_template.get(template, ()))

    def add(self, key: str, answer: str, about: Mapping[str, Any]) -> None:
        """Keep an answer: it is on the disk when this returns. `about` is for people who read the file."""
        self._append(key, "answer", answer, about)

    def refuse(self, key: str, reply: str, about: Mapping[str, Any]) -> None:
        """Keep a reply that was not in form, so that nobody pays for it again and again."""
        self._append(key, "refused", reply, about)

    def _append(self, key: str, name: str, text: str, about: Mapping[str, Any]) -> None:
        entry = {"request": key, **about, name: text}
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        with self._lock:
            if not self._mended:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                _end_the_last_line(self._path)
                self._mended = True
            with self._path.open("ab") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
            self._remember(entry)

    def _remember(self, entry: Mapping[str, Any]) -> None:
        if "answer" in entry:
            self._known[entry["request"]] = entry["answer"]
            self._by_template.setdefault(str(entry.get("template")), set()).add(entry["answer"])
        else:
            self._refused.setdefault(entry["request"], []).append(entry["refused"])


def hash_request(request: Mapping[str, Any]) -> str:
    """SHA-256 of a request: everything that its answer depends on."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _read(path: Path) -> list[dict[str, Any]]:
    entries = []
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entry = _entry(line)
        if entry is not None:
            entries.append(entry)
        elif number < len(lines):
            raise AnswersError(f"{path}, line {number}: not an answer: repair the line or remove it")
        else:
            logger.warning("%s, line %d was cut off: its answer is asked for again", path, number)
    return entries


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry: dict[str, Any] = json.loads(line)
        name = "answer" if "answer" in entry else "refused"
        return {**entry, "request": str(entry["request"]), name: str(entry[name])}
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
