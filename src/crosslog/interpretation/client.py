"""The only file that talks to a language model: a template a request, each answer kept before the next is asked for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Literal

from crosslog.interpretation.answers import Answers, digest
from crosslog.interpretation.interpret import SHORTEST, Meaning, Request

if TYPE_CHECKING:
    from openai import OpenAI

PROMPTS = Path(__file__).parent / "prompts"
ATTEMPTS = 3  # requests for one template until an answer can be read
REMINDER = 'That was not in the form asked for. Answer with {"interpretation": "<one sentence>"} and nothing else.'
FENCE = re.compile(r"^```\w*\s*|\s*```$")
LABEL = re.compile(r"^\W*interpretation\W*:\s*", re.IGNORECASE)


class ClientError(RuntimeError):
    """The endpoint cannot be reached or refuses; what it answered so far is kept. The message says what to change."""


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint and how it is asked: the fields of `interpret` in params.yaml.

    `base_url` None means OPENAI_BASE_URL, or OpenAI's own. The key is OPENAI_API_KEY; an endpoint of one's own may do
    without.
    """

    model: str
    base_url: str | None
    temperature: float
    max_retries: int
    timeout_seconds: float

    def connect(self) -> OpenAI:
        """A client that waits and tries again when the endpoint is busy (429, 5xx, broken connections)."""
        from openai import OpenAI  # noqa: PLC0415 it takes a second, and replaying answers needs none

        url = self.base_url or os.environ.get("OPENAI_BASE_URL")
        key = os.environ.get("OPENAI_API_KEY")
        if not key and not url:
            raise ClientError("interpret.online is true, but neither OPENAI_API_KEY nor interpret.base_url is set")
        return OpenAI(api_key=key or "none", base_url=url, max_retries=self.max_retries, timeout=self.timeout_seconds)


@dataclass(frozen=True)
class Client:
    """An interpreter that asks a language model, and asks nothing twice.

    Attributes
    ----------
    endpoint : which model, and how
    prompt : name of a file in prompts/
    kind : the kind of system, in words, for the prompt
    answers : answers of earlier runs; new ones are added as they come
    """

    endpoint: Endpoint
    prompt: str
    kind: str
    answers: Answers
    source: Literal["llm"] = field(default="llm", init=False)

    def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
        """One meaning per request, in the same order; an empty sentence where no attempt gave one.

        Raises
        ------
        ClientError
            If the endpoint cannot be reached or refuses.
        """
        return [Meaning(self._sentence(request), "llm") for request in requests]

    def _sentence(self, request: Request) -> str:
        messages = prompted(self.prompt, self.kind, request)
        for _ in range(ATTEMPTS):
            answer = self._answer(messages, request)
            if sentence := sentence_of(answer):
                return sentence
            messages = [*messages, _said("assistant", answer), _said("user", REMINDER)]
        return ""

    def _answer(self, messages: list[dict[str, str]], request: Request) -> str:
        asked = {"model": self.endpoint.model, "temperature": self.endpoint.temperature, "messages": messages}
        known = self.answers.get(asked)
        if known is not None:
            return known
        answer = self._ask(asked)
        about = {"model": self.endpoint.model, "prompt": f"{self.prompt}-{digest({'text': _text(self.prompt)})[:12]}"}
        self.answers.add(asked, answer, {**about, "template": request.template})
        return answer

    def _ask(self, asked: dict[str, Any]) -> str:
        from openai import APIConnectionError, APIStatusError  # noqa: PLC0415

        try:
            completion = self._openai.chat.completions.create(**asked)
        except APIStatusError as error:
            raise ClientError(f"{error.request.url} answered {error.status_code}: {error.message}") from None
        except APIConnectionError as error:
            raise ClientError(
                f"{error.request.url} cannot be reached ({error}): start it, set interpret.base_url, "
                "or set interpret.online to false"
            ) from None
        if not completion.choices:
            raise ClientError(f"{self.endpoint.model} answered without a choice: is this a chat-completions endpoint?")
        return completion.choices[0].message.content or ""

    @cached_property
    def _openai(self) -> OpenAI:
        return self.endpoint.connect()


def prompted(prompt: str, kind: str, request: Request) -> list[dict[str, str]]:
    """The chat messages that ask for one template's meaning."""
    system, user = re.split(r"^# User\n", _text(prompt), flags=re.MULTILINE)
    note = f"A reviewer refused an earlier sentence: {request.note}" if request.note else ""
    words = {"kind": kind, "template": request.template, "example": request.example, "note": note}
    parts = {"system": system.removeprefix("# System\n"), "user": user}
    return [_said(role, Template(text).substitute(words).strip()) for role, text in parts.items()]


def sentence_of(answer: str) -> str:
    """The sentence in an answer: the JSON that was asked for, or else a plain line; empty where there is neither."""
    text = FENCE.sub("", answer.strip())
    found = _in_json(text)
    if found is None and "{" not in text:
        lines = [line for line in text.splitlines() if line.strip()]
        found = LABEL.sub("", lines[0]).strip(" \"'*`") if len(lines) == 1 else None
    sentence = " ".join((found or "").split())
    return sentence if len(sentence.split()) >= SHORTEST else ""


def _in_json(text: str) -> str | None:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        content = json.loads(text[start : end + 1])
    except ValueError:
        return None
    found = content.get("interpretation")
    return found if isinstance(found, str) else None


def _text(prompt: str) -> str:
    path = PROMPTS / f"{prompt}.md"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in PROMPTS.glob("*.md")))
        raise ClientError(f"interpret.prompt: no {prompt}.md in interpretation/prompts; there are: {known}")
    return path.read_text(encoding="utf-8")


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
