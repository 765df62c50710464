"""The page's server, asked as a browser asks it, and as another page would."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cli.csvs import DONE, FREQUENT, RARE, row

from crosslog.cli.page import data
from crosslog.cli.page.server import PageServer
from crosslog.interpretation.review.decisions import EDITABLE

Asked = Callable[..., tuple[int, Any]]


@pytest.fixture
def server(files: dict[str, Path]) -> Iterator[PageServer]:
    with PageServer(None, 0, "Ada") as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def asked(server: PageServer) -> Asked:
    """Asks for a path below the page, or posts to it; status and JSON."""

    def ask(name: str, body: object = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
        told = {"Content-Type": "application/json", **{key.replace("_", "-"): value for key, value in headers.items()}}
        path = name if name.startswith("/") else urlsplit(server.address).path + name
        text = None if body is None else body if isinstance(body, str | bytes) else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, body=text, headers=told)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if answer.getheader("Content-Type") == "application/json" else content

    return ask


def seen(asked: Asked, key: str) -> dict[str, str]:
    (found,) = [row for row in asked("rows?system=gears")[1]["rows"] if row["key"] == key]
    return {name: found[name] for name in ("key", *EDITABLE)}


def decision(asked: Asked, key: str, name: str, text: str = "") -> dict[str, Any]:
    return {"system": "gears", "seen": seen(asked, key), "decision": name, "text": text}


def test_the_page_is_one_file_that_loads_nothing_from_elsewhere(asked: Asked) -> None:
    status, page = asked("")
    assert status == 200
    assert b"{{" not in page
    assert b"http" not in page.replace(b"http-equiv", b"")


def test_systems_come_with_their_progress_the_fullest_first(asked: Asked) -> None:
    status, told = asked("systems")
    assert (status, told["first"], told["reviewer"]) == (200, "gears", "Ada")
    assert [(entry["name"], entry["open"], entry["rows"]) for entry in told["systems"]] == [
        ("belts", 1, 1),
        ("gears", 2, 3),
    ]


def test_rows_come_in_the_order_of_their_worth_with_their_place_for_verdicts(asked: Asked) -> None:
    rows = asked("rows?system=gears")[1]["rows"]
    assert [row["key"] for row in rows] == [FREQUENT, DONE, RARE]
    assert [row["help"] for row in rows] == [1, None, 0]  # the frequent one is as likely normal as the judged one


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("approve", "", {"status": "approved", "source": "rules"}),
        ("edit", "The gear <*> lost a tooth.", {"status": "edited", "source": "person", "problems": "wildcard left"}),
        ("reject", "it is a belt", {"status": "rejected", "note": "it is a belt"}),
        ("judge", "anomalous", {"verdict": "anomalous", "status": "pending"}),
    ],
)
def test_a_decision_is_in_the_csv_when_it_is_answered(files, asked: Asked, name, text, expected) -> None:
    status, told = asked("decide", decision(asked, RARE, name, text))
    assert status == 200
    assert expected.items() <= told["row"].items()
    assert {**expected, "reviewer": "Ada"}.items() <= row(files["gears"], RARE).items()
    assert told["version"] == asked("version?system=gears")[1]["version"] != told["before"]


def test_a_row_that_was_changed_elsewhere_is_not_decided_about(files, asked: Asked, crosslog) -> None:
    late = decision(asked, RARE, "edit", "I was second.")
    crosslog("review", "edit", "gears", RARE, "I was first with this gear.")
    status, told = asked("decide", late)
    assert (status, told["error"]) == (409, "aaaaaaaa was changed elsewhere since it was shown: look at it again")
    assert row(files["gears"], RARE)["interpretation"] == "I was first with this gear."


def test_a_change_of_another_row_is_no_obstacle(files, asked: Asked, crosslog) -> None:
    late = decision(asked, RARE, "approve")
    crosslog("review", "approve", "gears", FREQUENT)
    assert asked("decide", late)[0] == 200
    assert [row(files["gears"], key)["status"] for key in (RARE, FREQUENT)] == ["approved", "approved"]


def test_a_file_that_cannot_be_read_is_named(files, asked: Asked) -> None:
    late = decision(asked, RARE, "approve")
    files["gears"].write_text("<<<<<<< mine\n", encoding="utf-8")
    for answer in (asked("decide", late), asked("rows?system=gears")):
        assert answer[0] == 422
        assert "gears.csv, line 1" in answer[1]["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ('{"a":' * 100_000, 400),
        ("[" * 100_000, 400),
        (b'{"text": "\xff"}', 400),
        ("9" * 5000, 400),
        ("[]", 422),
        ({}, 422),
        ({"system": "gears", "seen": dict.fromkeys(("key", *EDITABLE), 7), "decision": "approve"}, 422),
        ({"system": ["gears"], "seen": dict.fromkeys(("key", *EDITABLE), ""), "decision": "approve"}, 422),
        ({"system": "gears", "seen": dict.fromkeys(("key", *EDITABLE), ""), "decision": []}, 422),
        ({"system": "gears", "seen": dict.fromkeys(("key", *EDITABLE), ""), "decision": "burn"}, 422),
        ({"system": "gears\0", "seen": dict.fromkeys(("key", *EDITABLE), ""), "decision": "approve"}, 422),
        ({"system": "gears", "seen": {"key": RARE}, "decision": "approve"}, 422),
        ({"system": "../../gears", "seen": dict.fromkeys(("key", *EDITABLE), ""), "decision": "approve"}, 422),
        ("x" * 1_000_001, 413),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(asked: Asked, capfd, body: object, status: int) -> None:
    code, told = asked("decide", body)
    assert code == status
    assert len(told["error"].split()) > 3
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("head", "status", "reason"),
    [
        ("POST {path}decide HTTP/1.1\r\nContent-Length: many", 400, "Content-Length 'many' is not a number of bytes"),
        ("POST {path}decide HTTP/1.1\r\nContent-Length: -7", 400, "Content-Length '-7' is not a number of bytes"),
        ("POST {path}decide HTTP/1.1\r\nContent-Length: " + "9" * 5000, 413, "at most 1,000,000"),
        ("POST {path}decide HTTP/1.1\r\nContent-Length: 50", 400, "the request ended before the 50 bytes it told of"),
        ("POST {path}decide HTTP/1.1\r\nTransfer-Encoding: chunked", 411, "Content-Length is missing"),
        ("POST {path}decide HTTP/1.1\r\nContent-Length: 0", 403, "only the page itself may decide"),
        ("DELETE {path}decide HTTP/1.1", 405, "DELETE is nothing that can be asked here"),
        ("BREW {path} HTTP/1.1\r\nContent-Length: 3", 405, "BREW is nothing that can be asked here"),
        ("GET //[{path} HTTP/1.1", 404, "there is nothing here"),
        ("GET {path}rows?system=%ff%00 HTTP/1.1\r\nHost: {host}", 422, "dvc repro"),
        ("GET {path}version?system=../gears HTTP/1.1\r\nHost: {host}", 422, "dvc repro"),
        ("GET {path}rows HTTP/1.1\r\nHost: {host}", 422, "dvc repro"),
        ("GET / HTTP/1.1" + "\r\nX: y" * 200, 431, "more than 100 headers"),
        ("GET " + "x" * 70_000 + " HTTP/1.1", 414, "URI"),
    ],
)
def test_odd_http_gets_a_sentence_and_no_traceback(server: PageServer, capfd, head: str, status, reason: str) -> None:
    path = urlsplit(server.address).path
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=30) as connection:
        connection.sendall(head.format(path=path, host=server.hosts[0]).encode() + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    first, _, rest = answer.decode().partition("\r\n")
    assert (first.split()[1], reason in rest.partition("\r\n\r\n")[2]) == (str(status), True), answer
    assert capfd.readouterr().err == ""


def test_a_sentence_of_900_kilobytes_is_refused_at_once(files, asked: Asked) -> None:
    status, told = asked("decide", decision(asked, RARE, "edit", "@@@." * 225_000))
    assert (status, told["error"]) == (422, "a sentence of 900,000 characters: at most 2,000 bytes")


def test_who_hangs_up_before_the_answer_leaves_no_traceback(server: PageServer, asked: Asked, capfd) -> None:
    path = urlsplit(server.address).path
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=30) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(f"GET {path}rows?system=gears HTTP/1.1\r\nHost: {server.hosts[0]}\r\n\r\n".encode())
    assert asked("systems")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_decision_that_says_too_little_is_refused(asked: Asked) -> None:
    status, told = asked("decide", decision(asked, RARE, "reject"))
    assert (status, "a rejection needs a note" in told["error"]) == (422, True)


@pytest.mark.parametrize("path", ["/", "/wrong/", "/wrong/rows?system=gears", "/../etc/passwd"])
def test_without_the_token_there_is_nothing(asked: Asked, path: str) -> None:
    assert asked(path)[0] == 404


def test_a_page_of_another_site_cannot_ask_or_decide(files, server: PageServer, asked: Asked) -> None:
    told = decision(asked, RARE, "approve")
    before = files["gears"].read_bytes()
    assert asked("rows?system=gears", Host="evil.example")[0] == 404
    assert asked("decide", told, Host=f"evil.example:{server.server_port}")[0] == 403
    assert asked("decide", told, Origin="http://evil.example")[0] == 403
    assert asked("decide", told, Origin="null")[0] == 403
    assert asked("decide", told, Content_Type="text/plain")[0] == 403
    assert files["gears"].read_bytes() == before
    assert asked("decide", told, Origin=f"http://127.0.0.1:{server.server_port}")[0] == 200


def test_it_listens_on_this_machine_alone(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_system_may_be_named_to_be_shown_first(files) -> None:
    assert data.describe_systems("belts", "Ada")["first"] == "belts"
