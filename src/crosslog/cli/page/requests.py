"""What is posted to the page's server: a decision as JSON, or a refusal that says what is wrong with it."""

from __future__ import annotations

import json
from email.message import Message
from http import HTTPStatus
from io import BufferedIOBase
from typing import Any, NamedTuple

from crosslog.cli.page.data import DECISIONS, SEEN

LONGEST_REQUEST = 1_000_000  # bytes
DRAINED = 8_000_000  # bytes of a longer one that are read all the same: who is still sending hears no answer


class RequestError(ValueError):
    """A request that makes no sense, with the status that says so."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class SentDecision(NamedTuple):
    """A decision about one row, as the page sends it."""

    system: str
    seen: dict[str, str]  # the row as the page shows it, its columns SEEN
    decision: str  # a name in DECISIONS
    text: str  # the sentence, note or verdict that belongs to it


def read_body(headers: Message, file: BufferedIOBase) -> bytes:
    """What is sent with a request.

    Raises
    ------
    RequestError
        If its length is missing, no number, more than LONGEST_REQUEST or not the length of what comes.
    """
    told = headers.get("Content-Length")
    if told is None:
        raise RequestError(HTTPStatus.LENGTH_REQUIRED, "Content-Length is missing: say how many bytes there are")
    if not (told.isascii() and told.isdigit()):
        raise RequestError(HTTPStatus.BAD_REQUEST, f"Content-Length {told[:40]!r} is not a number of bytes")
    length = int(told[:18])
    if length > LONGEST_REQUEST:
        _drain(file, min(length, DRAINED))
        reason = f"{length:,} bytes are too much at once: at most {LONGEST_REQUEST:,}"
        raise RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
    try:
        body = file.read(length)
    except TimeoutError:
        body = b""
    if len(body) < length:
        raise RequestError(HTTPStatus.BAD_REQUEST, f"the request ended before the {length:,} bytes it told of")
    return body


def _drain(file: BufferedIOBase, length: int) -> None:
    try:
        while length > 0 and (part := file.read(min(length, 65_536))):
            length -= len(part)
    except TimeoutError:
        return


def parse_decision(body: bytes) -> SentDecision:
    """The decision in a request's body.

    Raises
    ------
    RequestError
        If it is not JSON in UTF-8, or not of the form of a decision.
    """
    told = _parse_json(body)
    if not isinstance(told, dict) or not isinstance(seen := told.get("seen"), dict):
        raise RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, "a decision is an object with system, seen and decision")
    texts = {**{name: told.get(name) for name in ("system", "decision")}, "text": told.get("text", "")}
    texts |= {name: seen.get(name) for name in SEEN}
    for name, text in texts.items():
        if not isinstance(text, str) or not _is_text(text):
            raise RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, f"a decision needs {name} as a text")
    if texts["decision"] not in DECISIONS:
        raise RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, f"a decision is one of {', '.join(DECISIONS)}")
    return SentDecision(texts["system"], {name: texts[name] for name in SEEN}, texts["decision"], texts["text"])


def _parse_json(body: bytes) -> Any:
    try:
        return json.loads(body.decode())
    except UnicodeDecodeError:
        raise RequestError(HTTPStatus.BAD_REQUEST, "what was sent is not UTF-8") from None
    except RecursionError:
        raise RequestError(HTTPStatus.BAD_REQUEST, "what was sent is nested too deeply for a decision") from None
    except ValueError as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, f"what was sent is not JSON: {str(error)[:200]}") from None


def _is_text(text: str) -> bool:
    """Whether every letter is whole: JSON can name half of a surrogate pair, which no file can hold."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
