"""The review as a web page for this machine alone: standard library, one HTML file, the same CSV through the same code.

Only who knows the address can ask anything: a random token is part of it, and a request must name this machine as its
host (else another page could reach it through DNS) and, if it changes something, be JSON from this very page.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crosslog.artifacts import ArtifactError
from crosslog.cli.page import data
from crosslog.cli.review import rows
from crosslog.cli.terminal import say
from crosslog.csv_files import CsvError
from crosslog.interpretation.review.decisions import ChangedError, ReviewError

PAGE = Path(__file__).with_name("page.html")
LONGEST_REQUEST = 1_000_000  # bytes
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

    def do_GET(self) -> None:
        """The page, or what it shows."""
        answers = {
            "": self._page,
            "systems": lambda _asked: self._json(data.describe_systems(self.server.system, self.server.reviewer)),
            "rows": lambda asked: self._json(data.describe_system(asked["system"])),
            "version": lambda asked: self._json({"version": data.stamp_file(asked["system"])}),
        }
        name = self._name()
        if name not in answers:
            return self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here: use the address that was printed")
        return self._answered(partial(answers[name], self._asked()))

    def do_POST(self) -> None:
        """A decision."""
        own = self.headers.get("Origin", f"http://{self.headers.get('Host')}") in {
            f"http://{h}" for h in self.server.hosts
        }
        if self._name() != "decide" or not own or self.headers.get_content_type() != "application/json":
            return self._refuse(HTTPStatus.FORBIDDEN, "only the page itself may decide")
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= LONGEST_REQUEST:
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too much at once")
        body = self.rfile.read(length)
        return self._answered(lambda: self._json(data.take_decision(json.loads(body), self.server.reviewer)))

    def log_message(self, *_parts: Any) -> None:
        """Nothing: the address, which is a secret, would stand in it."""

    def _name(self) -> str | None:
        """What is asked for, or None where the token or the host is not ours."""
        start, _, name = urlsplit(self.path).path.removeprefix("/").partition("/")
        known = secrets.compare_digest(start.encode(), self.server.token.encode())
        return name if known and self.headers.get("Host") in self.server.hosts else None

    def _asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def _answered(self, answer: Any) -> None:
        """Answer, or say what a person can do about it."""
        try:
            answer()
        except ChangedError as error:
            self._refuse(HTTPStatus.CONFLICT, str(error))
        except (ArtifactError, CsvError, ReviewError, OSError, ValueError, KeyError, TypeError) as error:
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
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": policy}
        fixed = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
        for name, value in {**headers, **fixed}.items():
            self.send_header(name, value)
        self.end_headers()
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
