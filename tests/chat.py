"""A real HTTP server that speaks chat completions, well or badly, as its script says."""

from __future__ import annotations

import json
import re
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from crosslog.settings import InterpretSettings

Behaviour = Callable[["Handler", dict[str, Any]], None]


class ChatServer(ThreadingHTTPServer):
    """Answers by its script, then well. What it was asked is in `asked`, with paths and headers beside."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.script: deque[Behaviour] = deque()
        self.always: Behaviour = well()
        self.busiest = self.busy = 0
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def templates(self) -> list[list[str]]:
        """The templates of each request, in order of arrival."""
        return [[entry["template"] for entry in entries(body)] for body in self.asked]


class Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.asked.append(body)
            self.server.paths.append(self.path)
            self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
            behaviour = self.server.script.popleft() if self.server.script else self.server.always
            self.server.busy += 1
            self.server.busiest = max(self.server.busiest, self.server.busy)
        try:
            behaviour(self, body)
        finally:
            with self.server.lock:
                self.server.busy -= 1

    def send(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[ChatServer]:
    with ChatServer() as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def settings(server: ChatServer | str, **changes: object) -> InterpretSettings:
    """Settings that reach a server: one template a request, one request at a time, no limit."""
    block: dict[str, object] = {
        "online": True,
        "model": "m",
        "base_url": server if isinstance(server, str) else server.url,
        "prompt": "lei-1",
        "decoding": {"temperature": 0.0},
        "batch": 1,
        "concurrency": 1,
        "attempts": 3,
        "max_retries": 2,
        "timeout_seconds": 5.0,
        "prices": {"input": 1.0, "output": 10.0},
        "max_requests": None,
        "max_cost": None,
    }
    return InterpretSettings(**(block | changes))


def entries(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages that a request asks about."""
    block = re.search(r"<messages>\n(.*)\n</messages>", body["messages"][1]["content"], re.DOTALL)
    assert block is not None
    return [json.loads(line) for line in block[1].splitlines()]


def sentence(template: str) -> str:
    """What the server says of a template."""
    return f"The {template.split(maxsplit=1)[0]} did some of its work."


def completion(text: str | None, usage: Mapping[str, int] | None = None) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return json.dumps(body).encode()


def reply_to(body: Mapping[str, Any], leave_out: int | None = None) -> str:
    found = [
        {"number": entry["number"], "interpretation": sentence(entry["template"])}
        for entry in entries(body)
        if entry["number"] != leave_out
    ]
    return json.dumps({"interpretations": found})


def well(leave_out: int | None = None, usage: Mapping[str, int] | None = None) -> Behaviour:
    return lambda handler, body: handler.send(completion(reply_to(body, leave_out), usage))


def says(text: str | None) -> Behaviour:
    return lambda handler, body: handler.send(completion(text))


def refuses(status: int, body: str = "{}", **headers: str) -> Behaviour:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _: handler.send(body.encode(), status, named)


def page(text: str, kind: str) -> Behaviour:
    return lambda handler, _: handler.send(text.encode(), 200, {"Content-Type": kind})


def drops() -> Behaviour:
    return lambda handler, _: handler.hang_up()


def cuts_the_body() -> Behaviour:
    def behaviour(handler: Handler, body: dict[str, Any]) -> None:
        whole = completion(reply_to(body))
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(whole)))
        handler.end_headers()
        handler.wfile.write(whole[: len(whole) // 2])
        handler.wfile.flush()
        handler.hang_up()

    return behaviour


def breaks_off(share: float) -> Behaviour:
    """A whole reply whose text ends in the middle, as where `max_tokens` is too small."""

    def behaviour(handler: Handler, body: dict[str, Any]) -> None:
        text = reply_to(body)
        handler.send(completion(text[: int(len(text) * share)]))

    return behaviour


def slowly(seconds: float, behaviour: Behaviour) -> Behaviour:
    def slow(handler: Handler, body: dict[str, Any]) -> None:
        time.sleep(seconds)
        behaviour(handler, body)

    return slow


def without_formats(behaviour: Behaviour) -> Behaviour:
    """A server that does not know response_format."""
    refusal = refuses(400, '{"error": {"message": "response_format is not supported"}}')
    return lambda handler, body: (refusal if "response_format" in body else behaviour)(handler, body)
