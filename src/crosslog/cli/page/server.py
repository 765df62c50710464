"""The review as a web page for this machine alone: standard library, one HTML file, the same CSV through the same code.

Only who knows the address can ask anything: a random token is part of it, and a request must name this machine as its
host (else another page could reach it through DNS) and, if it changes something, be JSON from this very page.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from crosslog.artifacts import ArtifactError
from crosslog.cli.page import data
from crosslog.cli.page.requests import RequestError, parse_decision, read_body
from crosslog.cli.review import rows
from crosslog.cli.terminal import say
from crosslog.csv_files import CsvError
from crosslog.interpretation.review.decisions import ChangedError, ReviewError, sign_decision

PAGE = Path(__file__).with_name("page.html")
PATIENCE = 30  # seconds to wait for the rest of a request
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
)


class PageServer(ThreadingHTTPServer):
    """Serves the page on 127.0.0.1; port 0 takes any that is free."""

    daemon_threads = True

    def __init__(self, system: str | None, port: int, reviewer: str) -> None:
        super().__init__(("127.0.0.1", port), PageHandler)
        self.token = secrets.token_urlsafe(24)
        self.system = system
        self.reviewer = reviewer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up before the answer needs no traceback; a fault of ours has one."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a request may call this server."""
        return (f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}")

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{self.hosts[0]}/{self.token}/"


class PageHandler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: PageServer
    timeout = PATIENCE

    def do_GET(self) -> None:
        """The page, or what it shows."""
        answers = {
            "": self._page,
            "systems": lambda _asked: self._json(data.describe_systems(self.server.system, self.server.reviewer)),
            "rows": lambda asked: self._json(data.describe_system(asked.get("system", ""))),
            "version": lambda asked: self._json({"version": data.stamp_file(asked.get("system", ""))}),
        }
        name = self._name()
        if name not in answers:
            return self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here: use the address that was printed")
        return self._answered(partial(answers[name], self._asked()))

    def do_POST(self) -> None:
        """A decision. What is sent is read whatever is said of it: a browser that is still sending hears no answer."""
        try:
            body = read_body(self.headers, self.rfile)
        except RequestError as error:
            return self._refuse(error.status, str(error))
        own = self.headers.get("Origin", f"http://{self.headers.get('Host')}") in {
            f"http://{h}" for h in self.server.hosts
        }
        if self._name() != "decide" or not own or self.headers.get_content_type() != "application/json":
            return self._refuse(HTTPStatus.FORBIDDEN, "only the page itself may decide")
        return self._answered(lambda: self._json(self._decided(body)))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What Python's own server refuses, said as everything else is; a method that it does not know is a 405."""
        if code != HTTPStatus.NOT_IMPLEMENTED:
            return self._refuse(HTTPStatus(code), explain or message or HTTPStatus(code).description)
        with suppress(RequestError):
            read_body(self.headers, self.rfile)
        return self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, f"{self.command} is nothing that can be asked here")

    def log_message(self, *_parts: Any) -> None:
        """Nothing: the address, which is a secret, would stand in it."""

    def _decided(self, body: bytes) -> dict[str, Any]:
        sent = parse_decision(body)
        changes = sign_decision(data.DECISIONS[sent.decision](sent.text), self.server.reviewer)
        return data.take_decision(sent.system, sent.seen, changes)

    def _name(self) -> str | None:
        """What is asked for, or None where the token or the host is not ours."""
        start, _, name = self.path.partition("?")[0].removeprefix("/").partition("/")
        known = secrets.compare_digest(start.encode(), self.server.token.encode())
        return name if known and self.headers.get("Host") in self.server.hosts else None

    def _asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.path.partition("?")[2]).items()}

    def _answered(self, answer: Any) -> None:
        """Answer, or say what a person can do about it."""
        try:
            answer()
        except ChangedError as error:
            self._refuse(HTTPStatus.CONFLICT, str(error))
        except RequestError as error:
            self._refuse(error.status, str(error))
        except (ArtifactError, CsvError, ReviewError, OSError) as error:
            self._refuse(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    def _page(self, _asked: Mapping[str, str]) -> None:
        nonce = secrets.token_urlsafe(16)
        page = PAGE.read_text(encoding="utf-8").replace("{{nonce}}", nonce)
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", page.encode(), POLICY.format(nonce=nonce))

    def _json(self, content: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(status, "application/json", json.dumps(content, ensure_ascii=False).encode(), POLICY)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self._json({"error": reason}, status)

    def _send(self, status: HTTPStatus, kind: str, body: bytes, policy: str) -> None:
        self.send_response(status)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, POST")
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": policy}
        fixed = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
        for name, value in {**headers, **fixed}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def serve_page(system: str | None, port: int, reviewer: str | None) -> None:
    """Serve the page until Ctrl-C; ArtifactError where there is nothing to review."""
    if system:
        rows.load_system_rows(system)
    elif not rows.list_systems():
        raise ArtifactError("data/interpretations holds no CSV: run `dvc repro interpret`")
    with PageServer(system, port, rows.name_reviewer(reviewer)) as server:
        say(f"{server.address}\nfor this machine alone, as {server.reviewer}; Ctrl-C ends it")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("ended; what was decided is in the CSVs")
