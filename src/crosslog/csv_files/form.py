"""The form of a CSV, which is whoever saved it last's to choose: its encoding, separator and line ends."""

from __future__ import annotations

import codecs
import logging
import re
from functools import cache
from typing import NamedTuple

from crosslog.faults import UserError

logger = logging.getLogger(__name__)
MARK = "\ufeff"  # without it Excel takes a letter beyond ASCII for two others, and saves them so
MISREAD_MARK = "ï»¿"
WINDOWS = "cp1252"  # what spreadsheets of Western Europe and America call plain CSV
WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
SEPARATOR_LINE = re.compile(r"\A\"?sep=([,;|\t])\"?[,;\t ]{0,1000}(?:\r\n|\n|\r)", re.IGNORECASE)
OF_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
LINE_END = re.compile(r"\r\n|\n|\r")


class CsvError(UserError, ValueError):
    """A CSV that cannot be read as it stands, or written; the message names file, line and reason."""


class CsvForm(NamedTuple):
    """How a file says its cells; what crosslog writes where there was no file is the default."""

    encoding: str = "utf-8"
    separator: str = ","
    line_end: str = "\n"
    named: bool = False  # its first line is `sep=;`, for Excel
    marked: bool = False  # it starts with a byte-order mark, though all of it is ASCII


def decode_csv(content: bytes, name: str) -> tuple[str, CsvForm]:
    """The text of a CSV, without a byte-order mark and the line `sep=`, and its form.

    UTF-8, UTF-16 with a byte-order mark (Excel's "Unicode text") and Windows-1252, which is said in a warning.

    Raises
    ------
    CsvError
        If it is in no such encoding, or parts of it in different ones.
    """
    text, encoding = _decoded(content, name)
    named = SEPARATOR_LINE.match(text.removeprefix(MARK))
    marked, text = text.startswith(MARK), text.removeprefix(MARK)
    body = text[named.end() :] if named else text
    end = LINE_END.search(text)
    header = body.lstrip().split("\n", 1)[0].split("\r", 1)[0]
    separator = named[1] if named else max(",;\t", key=header.count)
    line_end = "\r\n" if end and end[0] == "\r\n" else "\n"
    return body, CsvForm(encoding, separator, line_end, named is not None, marked)


def encode_csv(text: str, form: CsvForm) -> bytes:
    """The bytes of a CSV whose cells and lines are separated as its form says.

    A byte-order mark comes first where there was one, or a cell is not ASCII. What Windows-1252 has no letters for is
    written in UTF-8.
    """
    first = f"sep={form.separator}{form.line_end}" if form.named else ""
    if form.encoding == WINDOWS:
        try:
            return (first + text).encode(WINDOWS)
        except UnicodeEncodeError:
            return (MARK + first + text).encode()
    wide = form.encoding in WIDE.values()
    return ((MARK if wide or form.marked or not text.isascii() else "") + first + text).encode(form.encoding)


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    encoding = WIDE.get(content[:2], "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and not OF_UTF8.search(content):
            return _of_windows(content, name), WINDOWS
        raise CsvError(f"{name}, line {_line(content, error)}: not UTF-8: save it as `CSV UTF-8`") from None
    return (_mended(text, name) if text.lstrip('"').startswith(MISREAD_MARK) else text), encoding


def _of_windows(content: bytes, name: str) -> str:
    try:
        text = content.decode(WINDOWS)
    except UnicodeDecodeError as error:
        raise CsvError(f"{name}, line {_line(content, error)}: not UTF-8: save it as `CSV UTF-8`") from None
    _tell_encoding(name)
    return text


@cache
def _tell_encoding(name: str) -> None:
    logger.warning("%s is not UTF-8: it is read as Windows-1252; `CSV UTF-8` would leave no doubt", name)


def _line(content: bytes, error: UnicodeDecodeError) -> int:
    return content[: error.start].count(b"\n") + 1


def _mended(text: str, name: str) -> str:
    """What stood in a file in UTF-8 that a spreadsheet has read as Windows-1252, and then saved."""
    read_as = {bytes([byte]).decode(WINDOWS, errors="ignore") or chr(byte): byte for byte in range(256)}
    try:
        return bytes(read_as[letter] for letter in text).decode()
    except (KeyError, UnicodeDecodeError):
        raise CsvError(f"{name}: opened in another encoding than UTF-8, then saved: open it anew as UTF-8") from None
