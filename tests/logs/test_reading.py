from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import pickle
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.logs.reading import (
    LONGEST_LINE,
    Chunk,
    LeftOut,
    Member,
    ReadingError,
    Slice,
    chunking,
    cut_chunks,
    find_files,
    list_members,
    read_member_text,
    sort_oldest_first,
    survey_files,
    unpacking,
)
from crosslog.logs.reading.unpacking import READ_BYTES

TEXT = b"".join(b"gizmo %d turned\n" % number for number in range(2000))
LINES = TEXT.splitlines()


def zstandard(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return bytes(sink.getvalue())


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard,
}


def tar(entries: dict[str, bytes], size: int | None = None) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return whole.getvalue()[:size]


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def cut(path: Path, chunk_bytes: int = 1 << 20, lines: tuple[int, int] | None = None) -> list[Chunk]:
    return list(cut_chunks(list_members([path]), chunk_bytes, lines))


def raw(found: list[Chunk]) -> list[bytes]:
    return pl.concat([chunk.frame() for chunk in found])["raw"].to_list() if found else []


# chunks


def test_a_chunk_ends_with_the_line_that_fills_it(tmp_path: Path) -> None:
    found = cut(written(tmp_path / "a.log", b"one\ntwo\nthree\nfour"), 5)
    assert [chunk.text() for chunk in found] == [b"one\ntwo\n", b"three\n", b"four\n"]
    assert [(chunk.number, chunk.first_line, chunk.unfinished) for chunk in found] == [
        (0, 1, ()),
        (1, 3, ()),
        (2, 4, (0,)),
    ]


def test_a_frame_says_which_line_of_which_member_each_row_is(tmp_path: Path) -> None:
    paths = [
        written(tmp_path / "a", b"longer than twelve\n\n"),
        written(tmp_path / "b", b""),
        written(tmp_path / "c", b"short\nx"),
    ]
    (chunk,) = cut_chunks(list_members(paths), 1 << 20)
    assert (chunk.starts, chunk.unfinished, chunk.consumed) == ((0, 2), (3,), 27)
    first, last = paths[0].as_posix(), paths[2].as_posix()
    assert chunk.frame().rows() == [
        (1, first, 0, b"longer than twelve"),
        (2, first, 0, b""),
        (3, last, 2, b"short"),
        (4, last, 2, b"x"),
    ]
    assert chunk.frame().schema == {
        "line": pl.UInt64,
        "member": pl.String,
        "member_number": pl.UInt32,
        "raw": pl.Binary,
    }


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), min_size=1))
def test_any_bytes_between_newlines_are_lines(lines: list[bytes]) -> None:
    chunk = Chunk(0, 1, b"".join(line + b"\n" for line in lines), (("a", len(lines)),), (0,), (), 0)
    assert chunk.frame()["raw"].to_list() == lines


@pytest.mark.parametrize("chunk_bytes", [100, 33_333, 1 << 20])
def test_a_chunk_of_a_plain_file_says_where_its_bytes_are(tmp_path: Path, chunk_bytes: int) -> None:
    found = cut(written(tmp_path / "a.log", TEXT[:-1]), chunk_bytes)
    assert all(isinstance(chunk.data, Slice) for chunk in found)
    assert raw(found) == LINES
    assert b"".join(chunk.text() for chunk in found) == TEXT
    assert [chunk.first_line for chunk in found[1:]] == [chunk.first_line + chunk.lines for chunk in found[:-1]]


def test_a_chunk_of_two_files_carries_its_bytes(tmp_path: Path) -> None:
    paths = [written(tmp_path / "a", b"one\n"), written(tmp_path / "b", b"two\n")]
    (chunk,) = cut_chunks(list_members(paths), 1 << 20)
    assert chunk.data == b"one\ntwo\n"


def test_a_chunk_goes_through_pickle(tmp_path: Path) -> None:
    (chunk,) = cut(written(tmp_path / "a.log", TEXT))
    assert pickle.loads(pickle.dumps(chunk)).frame().equals(chunk.frame())


def test_chunks_are_the_same_packed_or_plain(tmp_path: Path) -> None:
    text = TEXT * 60  # more than a block
    plain = cut(written(tmp_path / "a.log", text), 300_000)
    packed = cut(written(tmp_path / "a.log.gz", gzip.compress(text)), 300_000)
    assert [chunk.text() for chunk in plain] == [chunk.text() for chunk in packed]
    assert len(plain) == 7
    assert [chunk.consumed for chunk in packed] == sorted(chunk.consumed for chunk in packed)
    assert packed[-1].consumed == (tmp_path / "a.log.gz").stat().st_size


def test_a_plain_file_that_became_shorter_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "a.log", TEXT)
    (chunk,) = cut(path)
    path.write_bytes(TEXT[:-8])
    with pytest.raises(ReadingError, match=r"a\.log was changed while it was read"):
        chunk.frame()


def test_a_plain_file_with_other_lines_than_before_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "a.log", TEXT)
    (chunk,) = cut(path)
    path.write_bytes(TEXT.replace(b"\n", b" ", 3))
    with pytest.raises(ReadingError, match=r"a\.log was changed while it was read"):
        chunk.frame()


@pytest.mark.parametrize("chunk_bytes", [0, -1, (1 << 30) + 1])
def test_a_chunk_size_out_of_range_is_an_error(chunk_bytes: int) -> None:
    with pytest.raises(ReadingError, match="chunk_bytes must be from 1"):
        cut_chunks([], chunk_bytes)


# ranges of lines


@pytest.mark.parametrize("chunk_bytes", [300, 1 << 20])
@pytest.mark.parametrize("lines", [(1, 1), (1, 2000), (2, 3), (700, 1400), (2000, 2000)])
def test_a_range_of_lines_is_exact(tmp_path: Path, chunk_bytes: int, lines: tuple[int, int]) -> None:
    first, last = lines
    found = cut(written(tmp_path / "a.log", TEXT), chunk_bytes, lines)
    assert raw(found) == LINES[first - 1 : last]
    assert pl.concat([chunk.frame() for chunk in found])["line"].to_list() == list(range(first, last + 1))


def test_a_range_spans_files_and_keeps_their_positions(tmp_path: Path) -> None:
    paths = [written(tmp_path / name, f"{name}1\n{name}2\n".encode()) for name in "abc"]
    (chunk,) = cut_chunks(list_members(paths), 1 << 20, (2, 5))
    assert chunk.frame().select("line", "member_number", "raw").rows() == [
        (2, 0, b"a2"),
        (3, 1, b"b1"),
        (4, 1, b"b2"),
        (5, 2, b"c1"),
    ]


def test_reading_stops_behind_the_last_line_of_a_range(tmp_path: Path) -> None:
    first = written(tmp_path / "a", b"one\ntwo\n")
    missing = Member("gone", tmp_path / "gone", lambda: pytest.fail("was opened"))
    assert raw(list(cut_chunks([*list_members([first]), missing], 1 << 20, (1, 2)))) == [b"one", b"two"]


@pytest.mark.parametrize(("lines", "text"), [((2, 9), [b"two"]), ((5, 9), [])])
def test_a_range_beyond_the_end_gives_the_lines_that_there_are(
    tmp_path: Path, lines: tuple[int, int], text: list[bytes]
) -> None:
    assert raw(cut(written(tmp_path / "a.log", b"one\ntwo\n"), lines=lines)) == text


@pytest.mark.parametrize("lines", [(0, 3), (4, 3), (-2, -1)])
def test_a_range_that_is_none_is_an_error(lines: tuple[int, int]) -> None:
    with pytest.raises(ReadingError, match="lines must be a first and a last line"):
        cut_chunks([], 1, lines)


# packed files and archives


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_file_is_read_like_the_plain_one(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"a.log{ending}", PACKERS[ending](TEXT))
    assert raw(cut(path, 1000)) == LINES


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_file_of_several_streams_is_read_to_its_end(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"a.log{ending}", PACKERS[ending](b"one\n") + PACKERS[ending](b"two\n"))
    assert raw(cut(path)) == [b"one", b"two"]


@pytest.mark.parametrize("missing", [1, 4, 20, 3000])
@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_file_cut_short_is_an_error_that_names_it(tmp_path: Path, ending: str, missing: int) -> None:
    text = bytes(i * i % 251 % 64 + 32 for i in range(9000))
    packed = PACKERS[ending](text)
    path = written(tmp_path / f"a.log{ending}", packed[: max(len(packed) - missing, 0)])
    with pytest.raises(
        ReadingError, match=rf"a\.log\{ending} is cut short or damaged .*get it anew from where it comes from"
    ):
        cut(path)


@pytest.mark.parametrize("ending", [*PACKERS, ".zip", ".tar", ".tar.gz"])
@pytest.mark.parametrize("content", [b"", b"this is not packed at all\n" * 30])
def test_a_file_that_is_not_what_its_ending_says_is_an_error(tmp_path: Path, ending: str, content: bytes) -> None:
    with pytest.raises(ReadingError, match=rf"a{ending} is cut short or damaged"):
        cut(written(tmp_path / f"a{ending}", content))


def test_a_changed_byte_in_a_gz_is_an_error(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 1  # in the checksum
    with pytest.raises(ReadingError, match="cut short or damaged"):
        cut(written(tmp_path / "a.gz", bytes(packed)))


TARS: dict[str, Callable[[bytes], bytes]] = {
    "a.tar": bytes,
    "a.tar.gz": gzip.compress,
    "a.tgz": gzip.compress,
    "a.tar.xz": lzma.compress,
    "a.tar.bz2": bz2.compress,
    "a.tar.zst": zstandard,
}


@pytest.mark.parametrize("name", TARS)
def test_a_tar_is_read_in_its_own_order(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, TARS[name](tar({"z.log": TEXT, "b/c.log": b"last"})))
    assert raw(cut(path, 1000)) == [*LINES, b"last"]
    assert [member.name for member in list_members([path])] == ["z.log", "b/c.log"]


def test_members_of_a_tar_may_be_listed_first_and_opened_in_any_order(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tgz", gzip.compress(tar({"a": b"one\n", "b": b"two\n", "c": b"three\n"})))
    first, second, third = list_members([path])
    assert [read_member_text(member) for member in (third, first, first, second)] == [
        "three\n",
        "one\n",
        "one\n",
        "two\n",
    ]


def test_a_tar_read_as_it_is_listed_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.tgz", gzip.compress(tar({"a": b"one\n", "b": b"two\n", "c": b"three\n"})))
    opened = []
    plain_open = Path.open
    monkeypatch.setattr(Path, "open", lambda *given: opened.append(given[0]) or plain_open(*given))
    assert raw(list(cut_chunks((member for member in list_members([path]) if member.name != "b"), 4))) == [
        b"one",
        b"three",
    ]
    assert opened == [path]


def test_links_and_folders_in_a_tar_are_no_members(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in (("folder", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE), ("pipe", tarfile.FIFOTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/hosts"
            archive.addfile(entry)
    assert list(list_members([tmp_path / "a.tar"])) == []


@pytest.mark.parametrize("kept", [100, 900, 1024, 1536, 1700])
def test_a_tar_cut_short_is_an_error(tmp_path: Path, kept: int) -> None:
    path = written(tmp_path / "a.tar", tar({"a": b"one\n", "b": b"two\n"}, kept))
    with pytest.raises(ReadingError, match=r"a\.tar is cut short or damaged"):
        cut(path)


def test_a_broken_header_in_a_tar_is_not_taken_for_its_end(tmp_path: Path) -> None:
    whole = bytearray(tar({"a": b"one\n", "b": b"two\n"}))
    whole[1024 + 150] ^= 1  # in the checksum of the second header
    with pytest.raises(ReadingError, match=r"what follows byte 1,024 is neither a member nor the end"):
        cut(written(tmp_path / "a.tar", bytes(whole)))


def test_members_of_a_zip_come_oldest_first_and_packed_ones_unpacked(tmp_path: Path) -> None:
    entries = {"x/sys.log": b"newest", "x/sys.log.1": b"two\n", "x/sys.log.10.gz": gzip.compress(b"one\n"), "x/": b""}
    assert raw(cut(zipped(tmp_path / "a.zip", entries), 4)) == [b"one", b"two", b"newest"]


def test_bytes_consumed_of_a_zip_are_those_of_its_members_so_far(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"b.log": TEXT, "a.log": TEXT})
    consumed = [chunk.consumed for chunk in cut(path, 1000)]
    assert consumed == sorted(consumed)
    assert path.stat().st_size * 0.9 < consumed[-1] <= path.stat().st_size


def test_a_zip_with_a_changed_byte_is_an_error_that_names_the_member(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:  # stored as it is
        archive.writestr("in/b.log", TEXT)
    path.write_bytes(path.read_bytes().replace(b"gizmo 1999", b"gizmo 1998"))
    with pytest.raises(ReadingError, match=r"in/b\.log in .*a\.zip is cut short or damaged"):
        cut(path)


@pytest.mark.parametrize("name", ["/etc/passwd", "../up.log", "a/../../up.log", "C:\\up.log", "..\\up.log"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_member_whose_name_leads_out_is_refused_by_name(tmp_path: Path, kind: str, name: str) -> None:
    if kind == "zip":
        path = zipped(tmp_path / "a.zip", {"good.log": b"x\n", name: b"x\n"})
    else:
        path = written(tmp_path / "a.tar", tar({name: b"x\n"}))
    with pytest.raises(ReadingError) as caught:
        list(list_members([path]))
    assert f"a.{kind} has a member named {name!r}, which leads out of the archive" in str(caught.value)


def test_an_encrypted_member_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"b.log": TEXT})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the list of entries
    with pytest.raises(ReadingError, match=r"b\.log in .*a\.zip is encrypted: unpack it with its password"):
        cut(written(path, bytes(content)))


def test_a_way_of_packing_that_is_not_known_is_an_error(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"b.log": TEXT})
    content = bytearray(path.read_bytes())
    for start, field in ((content.index(b"PK\x03\x04"), 8), (content.index(b"PK\x01\x02"), 10)):
        content[start + field] = 9  # Deflate64
    with pytest.raises(ReadingError, match=r"b\.log in .*a\.zip is packed in a way that is not known here"):
        cut(written(path, bytes(content)))


@pytest.mark.parametrize("name", ["b.zip", "b.tar", "b.tgz"])
def test_an_archive_in_an_archive_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReadingError, match=rf"{name} in .*a\.zip is an archive in an archive"):
        cut(zipped(tmp_path / "a.zip", {name: b"x"}))


# what is no log


@pytest.mark.parametrize("name", ["a.gz", "a.zip", "a.tgz"])
def test_a_file_that_swells_without_end_is_refused_with_both_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(unpacking, "SMALL_ENOUGH", 1 << 22)
    monkeypatch.setattr(unpacking, "MOST_SWELLING", 100)
    bomb = b"the same again\n" * 600_000
    path = tmp_path / name
    if name == "a.zip":
        zipped(path, {"b": bomb})
    else:
        path.write_bytes(gzip.compress(bomb if name == "a.gz" else tar({"b": bomb})))
    with pytest.raises(
        ReadingError, match=r"is packed in [0-9,]{5,7} bytes and swells to more than [0-9,]{9}: that is"
    ):
        cut(path)


def test_a_small_file_may_swell(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xz", lzma.compress(b"the same again\n" * 300_000))
    assert unpacking.MOST_SWELLING * path.stat().st_size < 300_000 * 15
    assert sum(chunk.lines for chunk in cut(path)) == 300_000


@pytest.mark.parametrize("packer", [bytes, gzip.compress])
@pytest.mark.parametrize("size", [LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1, READ_BYTES - 4, 5 * READ_BYTES])
def test_of_a_long_line_the_start_is_kept(tmp_path: Path, size: int, packer: Callable[[bytes], bytes]) -> None:
    text = b"one\n" + b"x" * size + b"\ntwo\n" + b"y" * size
    path = written(tmp_path / ("a.log" if packer is bytes else "a.log.gz"), packer(text))
    kept = min(size, LONGEST_LINE + 1)
    assert raw(cut(path, 1000)) == [b"one", b"x" * kept, b"two", b"y" * kept]
    assert max(len(chunk.text()) for chunk in cut(path, 1000)) < 3 * READ_BYTES


def test_a_file_without_a_newline_is_held_only_in_part(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with path.open("wb") as file:
        file.write(b"x" * 100)
        file.seek(50 << 20)  # a hole: reads as NUL
        file.write(b"y" * 4)
    (chunk,) = cut(path, 1 << 20, (1, 1))
    assert isinstance(chunk.data, bytes)
    assert len(chunk.data) == LONGEST_LINE + 2


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)) * 300,
        b"\x7fELF\x02\x01\x01" + b"\0\1\2\3" * 4000,
        "half of it is NUL\n".encode("utf-16-le") * 100,
    ],
)
def test_a_binary_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ReadingError, match=r"a\.log looks binary \([0-9]+% of its first bytes"):
        cut(written(tmp_path / "a.log", content))


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 40_000 + TEXT,  # what a machine without power leaves
        b"a\0b\n" * 3,
        b"\x1b[31mred\x1b[0m and\tplain\r\n" * 500,
        "Füße über Brücken\n".encode("latin-1") * 100,
        "日本語のログ\n".encode() * 100,
    ],
)
def test_odd_text_is_no_binary_file(tmp_path: Path, content: bytes) -> None:
    assert raw(cut(written(tmp_path / "a.log", content))) == content.replace(b"\0" * 40_000, b"\0").split(b"\n")[:-1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_an_error_that_says_how_to_convert(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "a.log", "gizmo turned\n".encode(encoding))
    with pytest.raises(ReadingError, match=rf"is {encoding.upper()}.*iconv -f {encoding.upper()} -t UTF-8"):
        cut(path)


def test_the_mark_of_utf8_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    text = TEXT * 50
    found = cut(written(tmp_path / "a.log", b"\xef\xbb\xbf" + text), 70_000)
    assert b"".join(chunk.text() for chunk in found) == text
    assert all(isinstance(chunk.data, Slice) for chunk in found)


def test_an_empty_file_has_no_chunk(tmp_path: Path) -> None:
    assert cut(written(tmp_path / "a.log", b"")) == []
    assert cut(written(tmp_path / "a.log.gz", gzip.compress(b""))) == []


@pytest.mark.parametrize("packer", [bytes, gzip.compress])
@pytest.mark.parametrize("chunk_bytes", [1, 1 << 22])
@pytest.mark.parametrize("nul", [2, LONGEST_LINE + 7, 300_000, READ_BYTES + 5])
def test_nul_in_front_of_a_line_does_not_push_it_out(
    tmp_path: Path, nul: int, chunk_bytes: int, packer: Callable[[bytes], bytes]
) -> None:
    text = b"one\n" + b"\0" * nul + b"two\n\n" + b"\0" * nul + b"\n" + b"\0" * nul + b"three"
    path = written(tmp_path / ("a.log" if packer is bytes else "a.log.gz"), packer(text))
    assert raw(cut(path, chunk_bytes)) == [b"one", b"\0two", b"", b"\0", b"\0three"]


@pytest.mark.parametrize(("name", "packer"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_a_small_packed_file_whose_name_does_not_say_so_is_an_error(
    tmp_path: Path, name: str, packer: Callable[[bytes], bytes]
) -> None:
    path = written(tmp_path / "app.log", packer(b"gizmo turned\n"))
    with pytest.raises(ReadingError, match=rf"app\.log is packed, as \{name} does it, and its name does not say so"):
        cut(path)


def test_a_chunk_has_no_more_lines_than_it_may_however_short_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunking, "MOST_CHUNK_LINES", 1000)
    found = cut(written(tmp_path / "a.log", b"\n" * 2500), 1 << 20)
    assert [chunk.lines for chunk in found] == [1000, 1000, 500]
    assert [chunk.first_line for chunk in found] == [1, 1001, 2001]
    assert chunking.MOST_CHUNK_LINES * 64 <= 1 << 26


def test_a_file_that_is_gone_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"a\.log cannot be read: No such file"):
        cut(tmp_path / "a.log")


def test_a_label_file_that_is_no_utf8_is_an_error(tmp_path: Path) -> None:
    (member,) = list_members([written(tmp_path / "labels.csv", b"caf\xe9,1\n")])
    with pytest.raises(ReadingError, match=r"labels\.csv is not UTF-8"):
        read_member_text(member)


def test_a_text_is_read_without_its_mark(tmp_path: Path) -> None:
    (member,) = list_members([written(tmp_path / "labels.csv", b"\xef\xbb\xbfa,1\n")])
    assert read_member_text(member) == "a,1\n"


# rotated files


@pytest.mark.parametrize(
    "names",
    [
        ["syslog.10.gz", "syslog.2.gz", "syslog.1", "syslog.0", "syslog"],
        ["app.log-20240130.gz", "app.log-20240131.gz", "app.log"],
        ["app.log.2024-01-30_23", "app.log.2024-01-31_00", "app.log"],
        ["app-20240130.log.xz", "app-20240131.log", "app.log"],
        ["app.log-1706659200", "app.log-1706659300", "app.log"],
        ["part.001", "part.002", "part.010"],
        ["part-9.log", "part-10.log", "part-11.log"],
        ["auth.log.1", "auth.log", "kern.log.2.gz", "kern.log.1", "kern.log"],
        ["n2/syslog.1", "n2/syslog", "n10/syslog.1", "n10/syslog"],
    ],
)
def test_rotated_files_come_oldest_first(names: list[str]) -> None:
    assert sort_oldest_first(sorted(names)) == names
    assert sort_oldest_first(reversed(names)) == names


def test_a_glob_finds_rotated_files_in_their_order(tmp_path: Path) -> None:
    for name, content in (("syslog.2.gz", gzip.compress(b"one\n")), ("syslog.1", b"two\n"), ("syslog", b"three\n")):
        written(tmp_path / name, content)
    found = find_files(str(tmp_path / "syslog*"))
    assert [path.name for path in found] == ["syslog.2.gz", "syslog.1", "syslog"]
    assert raw(list(cut_chunks(list_members(found), 1 << 20))) == [b"one", b"two", b"three"]


def test_a_folder_means_all_files_below_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    written(tmp_path / "sub/b.log", b"")
    written(tmp_path / "a.log", b"")
    assert [path.name for path in find_files(str(tmp_path))] == ["a.log", "b.log"]


def test_a_name_with_brackets_is_a_name(tmp_path: Path) -> None:
    path = written(tmp_path / "a[1].log", b"one\n")
    written(tmp_path / "a1.log", b"two\n")
    assert find_files(str(path)) == [path]


def test_what_editors_and_desktops_leave_beside_logs_is_left_out_with_a_reason(tmp_path: Path) -> None:
    for name in ("app.log", ".DS_Store", ".app.log.swp", "app.log~", "app.log.bak", "#app.log#", "._app.log"):
        written(tmp_path / name, b"one\n")
    found = survey_files(str(tmp_path))
    assert [path.name for path in found.files] == ["app.log"]
    assert {Path(left.name).name for left in found.left_out} == {path.name for path in tmp_path.iterdir()} - {"app.log"}
    assert find_files(str(tmp_path / "app.log.bak")) == [tmp_path / "app.log.bak"]


def test_a_file_is_read_once_however_many_links_lead_to_it(tmp_path: Path) -> None:
    (tmp_path / "logs/old").mkdir(parents=True)
    real = written(tmp_path / "logs/old/real.log", b"one\n")
    (tmp_path / "logs/a.log").symlink_to(real)
    (tmp_path / "logs/z.log").hardlink_to(real)
    (tmp_path / "logs/current").symlink_to(tmp_path / "logs/old")
    (tmp_path / "logs/old/up").symlink_to(tmp_path / "logs")
    (tmp_path / "logs/gone.log").symlink_to(tmp_path / "nothing")
    found = survey_files(str(tmp_path / "logs"))
    assert len(found.files) == 1
    assert found.files[0].samefile(real)
    assert not found.files[0].is_symlink()
    reasons = {Path(left.name).name: left.reason for left in found.left_out}
    assert "which is read" in reasons["a.log"]
    assert reasons["gone.log"] == "a link to nothing"


def test_a_linked_folder_outside_is_read(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "logs").mkdir()
    written(tmp_path / "far/a.log", b"one\n")
    (tmp_path / "logs/far").symlink_to(tmp_path / "far")
    assert [path.name for path in find_files(str(tmp_path / "logs"))] == ["a.log"]


def test_a_log_and_the_file_packed_from_it_are_one(tmp_path: Path) -> None:
    written(tmp_path / "app.log.1", TEXT)
    written(tmp_path / "app.log.1.gz", gzip.compress(TEXT[:9000]) + gzip.compress(TEXT[9000:]))
    written(tmp_path / "app.log.2.gz", gzip.compress(TEXT))
    found = survey_files(str(tmp_path / "app.log*"))
    assert [path.name for path in found.files] == ["app.log.2.gz", "app.log.1"]
    assert [str(left) for left in found.left_out] == [
        f"{tmp_path.as_posix()}/app.log.1.gz: the same as {tmp_path.as_posix()}/app.log.1, which is read"
    ]


@pytest.mark.parametrize("other", [TEXT[:-1], TEXT + b"x", TEXT.replace(b"7", b"8", 1)])
def test_a_log_and_another_packed_under_its_name_are_an_error(tmp_path: Path, other: bytes) -> None:
    written(tmp_path / "app.log.1", TEXT)
    written(tmp_path / "app.log.1.gz", gzip.compress(other))
    with pytest.raises(ReadingError, match=r"app\.log\.1\.gz and .*app\.log\.1 are the same log by their names"):
        find_files(str(tmp_path))


@pytest.mark.parametrize("path", ["", "*.log", "*/*.log", "**/*.log"])
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    (tmp_path / "shut").mkdir()
    written(tmp_path / "shut/a.log", b"one\n")
    written(tmp_path / "b.log", b"two\n")
    plain = os.scandir

    def scan(folder: Any = ".") -> Any:
        if Path(str(folder)).name == "shut" and not isinstance(folder, int):
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return plain(folder)

    monkeypatch.setattr(os, "scandir", scan)
    if path == "*.log":
        assert [file.name for file in find_files(f"{tmp_path}/{path}")] == ["b.log"]
        return
    with pytest.raises(ReadingError, match=r"shut may not be read \(Permission denied\)"):
        find_files(f"{tmp_path}/{path}".rstrip("/"))


def zip_of(path: Path, *entries: tuple[str, bytes, int]) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return path


def test_a_zip_with_two_members_of_one_name_that_differ_is_an_error(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", ("a.log", b"one\n", 0o100644), ("a.log", b"two\n", 0o100644))
    with pytest.raises(ReadingError, match=r"a\.zip has two members named 'a\.log', which differ"):
        list(list_members([path]))


def test_what_of_an_archive_is_no_log_is_left_out_with_a_reason(tmp_path: Path) -> None:
    regular = 0o100644
    path = zip_of(
        tmp_path / "a.zip",
        ("a.log", b"one\n", regular),
        ("a.log", b"one\n", regular),
        ("b.log", b"a.log", 0o120777),
        ("__MACOSX/._a.log", b"\0\5", regular),
    )
    left_out: list[LeftOut] = []
    (member,) = list_members([path], left_out)
    assert member.name == "a.log"
    assert [left.reason.split(",")[0] for left in left_out] == ["there twice", "a link", "an editor's"]


def test_links_in_a_tar_are_left_out_and_two_members_of_one_name_an_error(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, kind in (("a.log", tarfile.REGTYPE), ("b.log", tarfile.SYMTYPE), ("d", tarfile.DIRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "a.log"
            archive.addfile(entry, io.BytesIO(b""))
    left_out: list[LeftOut] = []
    found = list(list_members([written(tmp_path / "a.tar", whole.getvalue())], left_out))
    assert ([member.name for member in found], [left.reason for left in left_out]) == (
        ["a.log"],
        ["a link, or no regular file"],
    )
    whole.seek(0)
    with tarfile.open(fileobj=whole, mode="a") as archive:
        archive.addfile(tarfile.TarInfo("a.log"), io.BytesIO(b""))
    with pytest.raises(ReadingError, match=r"two members named 'a\.log'"):
        list(list_members([written(tmp_path / "b.tar", whole.getvalue())]))


@pytest.mark.parametrize("name", ["1" * 5000, "²", "a-" + "1" * 5000 + ".x9", "x" * 60_000 + "9" * 5000 + "?"])
def test_names_of_any_length_and_digits_are_sorted(name: str) -> None:
    assert sort_oldest_first([name, "a"]) in ([name, "a"], ["a", name])


def test_an_empty_packed_file_is_an_error_that_fits_ones_own(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"it is empty, and what was packed never is: was the disk full"):
        cut(written(tmp_path / "a.log.gz", b""))


def test_a_path_to_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="no file"):
        find_files(str(tmp_path / "*.log"))


@pytest.mark.mirror
def test_an_archive_of_many_logs_keeps_the_order_of_its_names(mirror: Path) -> None:
    names = [member.name for member in list_members([mirror / "loghub/Hadoop.zip"])]
    assert names == sorted(names)
