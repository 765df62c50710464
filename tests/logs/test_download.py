from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crosslog.logs.checksums import DownloadError, store
from crosslog.logs.download import ATTEMPTS, fetch, transfer, write_listing
from crosslog.settings import SourceFile

BODY = b"".join(b"gizmo %d turned\n" % number for number in range(5000))
SHA256 = hashlib.sha256(BODY).hexdigest()


def source(**more: object) -> SourceFile:
    return SourceFile(**{"name": "z.log", "bytes": len(BODY), "sha256": SHA256} | more)


def no_wait(seconds: float) -> None:
    pass


def test_a_file_of_the_mirror_folder_comes_before_the_url(tmp_path: Path) -> None:
    (tmp_path / "mirror/sub").mkdir(parents=True)
    (tmp_path / "mirror/sub/z.log").write_bytes(BODY)
    wanted = source(mirror="sub/z.log", url="http://127.0.0.1:9/never")
    path = fetch(wanted, tmp_path / "raw", str(tmp_path / "mirror"))
    assert path.read_bytes() == BODY
    assert [entry.name for entry in (tmp_path / "raw").iterdir()] == ["z.log"]


def test_a_mirror_may_be_a_url_and_lack_the_file(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/mirror/a.log").respond_with_data(BODY)
    httpserver.expect_request("/mirror/b.log").respond_with_data("no such file", status=404)
    httpserver.expect_request("/public/z.log").respond_with_data(BODY)
    mirror, public = httpserver.url_for("/mirror"), httpserver.url_for("/public/z.log")
    assert fetch(source(mirror="a.log"), tmp_path / "one", mirror).read_bytes() == BODY
    assert fetch(source(mirror="b.log", url=public), tmp_path / "two", mirror).read_bytes() == BODY


def test_what_is_there_and_right_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "z.log").write_bytes(BODY)
    assert fetch(source(), tmp_path, "") == tmp_path / "z.log"


def test_what_is_there_and_wrong_is_an_error_with_both_numbers(tmp_path: Path) -> None:
    (tmp_path / "z.log").write_bytes(b"edited")
    with pytest.raises(DownloadError, match=rf"z\.log: bytes must be {len(BODY)}, but is 6; remove"):
        fetch(source(), tmp_path, "")


def test_a_file_without_a_source_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="set CROSSLOG_MIRROR"):
        fetch(source(mirror="sub/z.log"), tmp_path, str(tmp_path))


def test_a_wrong_checksum_is_an_error_and_leaves_nothing_behind(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data(BODY[::-1])
    with pytest.raises(DownloadError, match=f"sha256 must be {SHA256}, but is "):
        fetch(source(url=httpserver.url_for("/z.log")), tmp_path, "")
    assert list(tmp_path.iterdir()) == []


def test_a_checksum_nobody_published_is_kept_and_holds_from_then_on(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data(BODY)
    wanted = SourceFile(name="z.log", url=httpserver.url_for("/z.log"))
    path = fetch(wanted, tmp_path, "")
    assert json.loads((tmp_path / "checksums.json").read_text()) == {"z.log": {"bytes": len(BODY), "sha256": SHA256}}
    path.write_bytes(BODY[::-1])
    with pytest.raises(DownloadError, match="sha256 must be"):
        fetch(wanted, tmp_path, "")


def ranged(request: Request) -> Response:
    start = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
    if start >= len(BODY):
        return Response(status=416, headers={"Content-Range": f"bytes */{len(BODY)}"})
    headers = {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"}
    return Response(BODY[start:], status=206 if start else 200, headers=headers)


@pytest.mark.parametrize("kept", [0, 1, 4000, len(BODY)])
def test_a_part_is_gone_on_from(tmp_path: Path, httpserver: HTTPServer, kept: int) -> None:
    httpserver.expect_request("/z.log").respond_with_handler(ranged)
    (tmp_path / "z.log.part").write_bytes(BODY[:kept])
    assert fetch(source(url=httpserver.url_for("/z.log")), tmp_path, "").read_bytes() == BODY
    assert httpserver.log[0][0].headers.get("Range") == (f"bytes={kept}-" if kept else None)


def test_a_part_longer_than_the_file_is_dropped(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_handler(ranged)
    (tmp_path / "z.log.part").write_bytes(BODY + b"too much")
    assert fetch(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait).read_bytes() == BODY


def test_a_server_that_ignores_ranges_starts_anew(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data(BODY)
    (tmp_path / "z.log.part").write_bytes(b"something else" * 9000)
    assert fetch(source(url=httpserver.url_for("/z.log")), tmp_path, "").read_bytes() == BODY


def test_a_connection_that_drops_is_taken_up_again(tmp_path: Path, httpserver: HTTPServer) -> None:
    def dropping(request: Request) -> Response:
        answer = ranged(request)
        whole = answer.get_data()
        return Response(iter([whole[:30_000]]), answer.status, {**answer.headers, "Content-Length": str(len(whole))})

    httpserver.expect_request("/z.log").respond_with_handler(dropping)
    waits: list[float] = []
    assert fetch(source(url=httpserver.url_for("/z.log")), tmp_path, "", waits.append).read_bytes() == BODY
    assert len(waits) == len(BODY) // 30_000


def test_a_server_that_stays_busy_is_an_error_after_growing_waits(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data("busy", status=503)
    waits: list[float] = []
    with pytest.raises(DownloadError, match=f"{ATTEMPTS} attempts in a row failed"):
        transfer(httpserver.url_for("/z.log"), tmp_path / "z.part", lambda done: None, waits.append)
    assert waits == [1, 2, 4, 8, 16]


def test_a_refusal_is_an_error_at_once(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data("no", status=403)
    with pytest.raises(DownloadError, match="HTTP status 403"):
        fetch(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait)


def test_chunks_that_break_off_leave_the_old_file(tmp_path: Path) -> None:
    def breaking() -> object:
        yield b"new"
        raise RuntimeError("broken")

    store([b"old"], tmp_path / "z.log")
    with pytest.raises(RuntimeError, match="broken"):
        store(breaking(), tmp_path / "z.log")
    assert (tmp_path / "z.log").read_bytes() == b"old"


def test_a_listing_changes_with_its_files(tmp_path: Path) -> None:
    log, listing = tmp_path / "z.log", tmp_path / "raw/listing.json"
    log.write_bytes(b"one\n")
    before = write_listing([log], listing).read_bytes()
    log.write_bytes(b"one\ntwo\n")
    assert write_listing([log], listing).read_bytes() != before
    assert [(row["path"], row["bytes"]) for row in json.loads(listing.read_text())] == [(log.as_posix(), 8)]
