from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import BinaryIO, Self

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crosslog.logs.download.checksums import DownloadError
from crosslog.logs.download.fetching import fetch_file, store_chunks, write_listing
from crosslog.logs.download.transfer import ATTEMPTS, BrokenTransferError, transfer_file
from crosslog.systems import SourceFile

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
    path = fetch_file(wanted, tmp_path / "raw", str(tmp_path / "mirror"))
    assert path.read_bytes() == BODY
    assert [entry.name for entry in (tmp_path / "raw").iterdir()] == ["z.log"]


def test_a_mirror_may_be_a_url_and_lack_the_file(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/mirror/a.log").respond_with_data(BODY)
    httpserver.expect_request("/mirror/b.log").respond_with_data("no such file", status=404)
    httpserver.expect_request("/public/z.log").respond_with_data(BODY)
    mirror, public = httpserver.url_for("/mirror"), httpserver.url_for("/public/z.log")
    assert fetch_file(source(mirror="a.log"), tmp_path / "one", mirror).read_bytes() == BODY
    assert fetch_file(source(mirror="b.log", url=public), tmp_path / "two", mirror).read_bytes() == BODY


def test_what_is_there_and_right_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "z.log").write_bytes(BODY)
    assert fetch_file(source(), tmp_path, "") == tmp_path / "z.log"


def test_what_is_there_and_wrong_is_an_error_with_both_numbers(tmp_path: Path) -> None:
    (tmp_path / "z.log").write_bytes(b"edited")
    with pytest.raises(DownloadError, match=rf"z\.log: bytes must be {len(BODY)}, but is 6; remove"):
        fetch_file(source(), tmp_path, "")


def test_a_file_without_a_source_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="set CROSSLOG_MIRROR"):
        fetch_file(source(mirror="sub/z.log"), tmp_path, str(tmp_path))


def test_a_wrong_checksum_is_an_error_and_leaves_nothing_behind(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data(BODY[::-1])
    with pytest.raises(DownloadError, match=f"sha256 must be {SHA256}, but is "):
        fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "")
    assert list(tmp_path.iterdir()) == []


def test_a_checksum_nobody_published_is_kept_and_holds_from_then_on(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data(BODY)
    wanted = SourceFile(name="z.log", url=httpserver.url_for("/z.log"))
    path = fetch_file(wanted, tmp_path, "")
    assert json.loads((tmp_path / "checksums.json").read_text()) == {"z.log": {"bytes": len(BODY), "sha256": SHA256}}
    path.write_bytes(BODY[::-1])
    with pytest.raises(DownloadError, match="sha256 must be"):
        fetch_file(wanted, tmp_path, "")


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
    assert fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "").read_bytes() == BODY
    assert httpserver.log[0][0].headers.get("Range") == (f"bytes={kept}-" if kept else None)


OTHER = BODY.replace(b"gizmo", b"wheel")


def replaced(validators: list[dict[str, str]], obeys: bool) -> Callable[[Request], Response]:
    """A server that breaks off, and has another file of the same size from the second request on."""

    def answer(request: Request) -> Response:
        place = int(bool(answer.seen))  # type: ignore[attr-defined]
        answer.seen.append(dict(request.headers))  # type: ignore[attr-defined]
        body, said = (BODY, OTHER)[place], validators[place]
        start = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if obeys and start and request.headers.get("If-Range") not in said.values():
            start = 0
        headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
        sent = body[start : start + 30_000] if not place else body[start:]
        length = {"Content-Length": str(len(body) - start)}
        return Response(iter([sent]), 206 if start else 200, {**headers, **length, **said})

    answer.seen = []  # type: ignore[attr-defined]
    return answer


@pytest.mark.parametrize("obeys", [True, False])
@pytest.mark.parametrize(
    ("validators", "condition"),
    [
        ([{"ETag": '"a"'}, {"ETag": '"b"'}], '"a"'),
        ([{"Last-Modified": "Mon, 06 May 2024 12:00:00 GMT"}, {"Last-Modified": "Tue, 07 May 2024 12:00:00 GMT"}],
         "Mon, 06 May 2024 12:00:00 GMT"),
        ([{"ETag": 'W/"a"'}, {"ETag": 'W/"b"'}], None),
    ],
)  # fmt: skip
def test_a_file_that_was_replaced_meanwhile_is_no_mixture_of_both(
    tmp_path: Path, httpserver: HTTPServer, validators: list[dict[str, str]], condition: str | None, obeys: bool
) -> None:
    serve = replaced(validators, obeys)
    httpserver.expect_request("/z.log").respond_with_handler(serve)
    wanted = SourceFile(name="z.log", url=httpserver.url_for("/z.log"))
    assert fetch_file(wanted, tmp_path, "", no_wait).read_bytes() == OTHER
    assert serve.seen[1].get("If-Range") == condition  # type: ignore[attr-defined]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checksums.json", "z.log"]


def test_a_part_of_unknown_origin_is_not_gone_on_from_where_nothing_is_published(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/z.log").respond_with_handler(ranged)
    (tmp_path / "z.log.part").write_bytes(OTHER[:4000])
    wanted = SourceFile(name="z.log", url=httpserver.url_for("/z.log"))
    assert fetch_file(wanted, tmp_path, "").read_bytes() == BODY


def test_a_part_longer_than_the_file_is_dropped(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_handler(ranged)
    (tmp_path / "z.log.part").write_bytes(BODY + b"too much")
    assert fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait).read_bytes() == BODY


def test_a_server_that_ignores_ranges_starts_anew(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data(BODY)
    (tmp_path / "z.log.part").write_bytes(b"something else" * 9000)
    assert fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "").read_bytes() == BODY


def test_a_connection_that_drops_is_taken_up_again(tmp_path: Path, httpserver: HTTPServer) -> None:
    def dropping(request: Request) -> Response:
        answer = ranged(request)
        whole = answer.get_data()
        return Response(iter([whole[:30_000]]), answer.status, {**answer.headers, "Content-Length": str(len(whole))})

    httpserver.expect_request("/z.log").respond_with_handler(dropping)
    waits: list[float] = []
    assert fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", waits.append).read_bytes() == BODY
    assert len(waits) == len(BODY) // 30_000


def test_a_server_that_cuts_every_second_response_is_outlasted(tmp_path: Path, httpserver: HTTPServer) -> None:
    def cutting(request: Request) -> Response:
        answer = ranged(request)
        whole, sent = answer.get_data(), 9000 if len(httpserver.log) % 2 else 20_000
        return Response(iter([whole[:sent]]), answer.status, {**answer.headers, "Content-Length": str(len(whole))})

    httpserver.expect_request("/z.log").respond_with_handler(cutting)
    path = fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait)
    assert path.read_bytes() == BODY
    assert len(httpserver.log) > 2


def test_a_server_that_cuts_the_first_response_and_ignores_ranges_starts_anew(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    def forgetful(request: Request) -> Response:
        sent = BODY if httpserver.log else BODY[:30_000]
        return Response(iter([sent]), 200, {"Content-Length": str(len(BODY))})

    httpserver.expect_request("/z.log").respond_with_handler(forgetful)
    assert fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait).read_bytes() == BODY
    assert [entry.headers.get("Range") for entry, _ in httpserver.log] == [None, "bytes=30000-"]


def test_a_range_that_starts_elsewhere_than_asked_for_is_not_put_behind(tmp_path: Path, httpserver: HTTPServer) -> None:
    headers = {"Content-Range": f"bytes 0-{len(BODY) - 1}/{len(BODY)}"}
    httpserver.expect_request("/z.log").respond_with_data(BODY, status=206, headers=headers)
    (tmp_path / "z.log.part").write_bytes(BODY[:700])
    assert fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait).read_bytes() == BODY


class Unsized(BaseHTTPRequestHandler):
    """Says no length and hangs up after 30,000 bytes: what came looks whole."""

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")
        self.end_headers()
        self.wfile.write(BODY[start : start + 30_000])

    def log_message(self, *_: object) -> None:
        pass


def test_a_body_without_a_length_is_whole_when_the_known_size_is_there(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Unsized) as server:
        Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}/z.log"
        assert fetch_file(source(url=url), tmp_path, "", no_wait).read_bytes() == BODY
        server.shutdown()


def test_a_body_shorter_than_known_with_its_true_length_is_an_error_at_once(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/z.log").respond_with_data(b"<html>sorry</html>")
    with pytest.raises(DownloadError, match=f"bytes must be {len(BODY)}, but is 18"):
        fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/z.log", "http://127.0.0.1:port/z.log"])
def test_an_address_that_is_none_is_an_error_at_once(tmp_path: Path, url: str) -> None:
    with pytest.raises(DownloadError, match=r"z\.log cannot be fetched \(.*correct it in systems\.yaml"):
        transfer_file(url, tmp_path / "z.part", lambda done: None, lambda seconds: pytest.fail("tried again"))


def test_a_mirror_may_be_a_file_address(tmp_path: Path) -> None:
    (tmp_path / "my mirror").mkdir()
    (tmp_path / "my mirror/z.log").write_bytes(BODY)
    assert fetch_file(source(mirror="z.log"), tmp_path, (tmp_path / "my mirror").as_uri()).read_bytes() == BODY


def fill_disk(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Writing files on their way to their place fails once `room` bytes are there."""
    plain_open = Path.open

    def opened(path: Path, mode: str = "r", *given: object, **more: object) -> object:
        file = plain_open(path, mode, *given, **more)
        return FullFile(file, room) if path.suffix in (".part", ".tmp") and mode != "rb" else file

    monkeypatch.setattr(Path, "open", opened)


class FullFile:
    def __init__(self, file: BinaryIO, room: int) -> None:
        self._file, self._room = file, room

    def write(self, block: bytes) -> None:
        self._file.write(block[: max(self._room - self._file.tell(), 0)])
        if self._file.tell() >= self._room:
            raise OSError(errno.ENOSPC, "No space left on device")

    def writelines(self, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            self.write(block)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def test_a_full_disk_is_an_error_that_keeps_what_has_come(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/z.log").respond_with_handler(ranged)
    with monkeypatch.context() as patch:
        fill_disk(patch, room=30_000)
        with pytest.raises(DownloadError, match=r"z\.log: there is no room left .* kept in .*z\.log\.part: make room"):
            fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait)
    assert (tmp_path / "z.log.part").read_bytes() == BODY[:30_000]
    assert fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait).read_bytes() == BODY
    assert httpserver.log[-1][0].headers["Range"] == "bytes=30000-"


def test_a_full_disk_while_a_mirror_is_copied_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "z.log").write_bytes(BODY)
    fill_disk(monkeypatch, room=30_000)
    with pytest.raises(DownloadError, match="there is no room left on the disk"):
        fetch_file(source(mirror="z.log"), tmp_path / "raw", str(tmp_path))
    assert not (tmp_path / "raw/z.log").exists()


def test_a_full_disk_leaves_nothing_of_what_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_disk(monkeypatch, room=10)
    with pytest.raises(OSError, match=r"no room on the disk for .*z\.log: free some"):
        store_chunks([b"gizmo 1 turned\n", b"gizmo 2 turned\n"], tmp_path / "z.log")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_stays_busy_is_an_error_after_growing_waits(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data("busy", status=503)
    waits: list[float] = []
    with pytest.raises(BrokenTransferError, match=f"{ATTEMPTS} attempts in a row failed"):
        transfer_file(httpserver.url_for("/z.log"), tmp_path / "z.part", lambda done: None, waits.append)
    assert waits == [1, 2, 4, 8, 16]


def test_a_refusal_is_an_error_at_once(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/z.log").respond_with_data("no", status=403)
    with pytest.raises(DownloadError, match="HTTP status 403"):
        fetch_file(source(url=httpserver.url_for("/z.log")), tmp_path, "", no_wait)


def test_chunks_that_break_off_leave_the_old_file(tmp_path: Path) -> None:
    def breaking() -> object:
        yield b"new"
        raise RuntimeError("broken")

    store_chunks([b"old"], tmp_path / "z.log")
    with pytest.raises(RuntimeError, match="broken"):
        store_chunks(breaking(), tmp_path / "z.log")
    assert (tmp_path / "z.log").read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["z.log"]


def test_a_listing_changes_with_its_files(tmp_path: Path) -> None:
    log, listing = tmp_path / "z.log", tmp_path / "raw/listing.json"
    log.write_bytes(b"one\n")
    before = write_listing([log], listing).read_bytes()
    log.write_bytes(b"one\ntwo\n")
    assert write_listing([log], listing).read_bytes() != before
    assert [(row["path"], row["bytes"]) for row in json.loads(listing.read_text())] == [(log.as_posix(), 8)]
