"""The only file that talks to a language model: a chat completion, sent again with patience, counted by a budget."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crosslog.faults import NetworkError, UserError
from crosslog.interpretation.llm.budget import REPLY_TOKENS, Budget, Tokens, count_tokens, estimate_tokens
from crosslog.interpretation.llm.pace import LONGEST_OBEYED, RequestPace, back_off
from crosslog.interpretation.llm.prompting import REPLY_SCHEMA
from crosslog.settings import InterpretSettings

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

logger = logging.getLogger(__name__)
BUSY = frozenset({408, 409, 425, 429, 500, *range(502, 600)})
MAY_MEAN_THE_FORMAT = frozenset({400, 415, 422, 501})
NO_QUOTA = "insufficient_quota"  # OpenAI's 429 that no waiting heals
REPLY_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "interpretations", "strict": True, "schema": REPLY_SCHEMA},
}


class ClientError(UserError, RuntimeError):
    """The endpoint cannot be reached or refuses; what it answered so far is kept. The message says what to change."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class BusyError(ClientError, NetworkError):
    """What may go better a little later; `headers` are those of the reply, if there was one."""

    def __init__(self, message: str, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, status)
        self.headers = headers or {}


class Client:
    """An OpenAI-compatible endpoint; several threads may use it.

    Parameters
    ----------
    settings : the `interpret` block of params.yaml
    """

    def __init__(self, settings: InterpretSettings) -> None:
        self._settings = settings
        self._structured = True  # until the server refuses response_format
        self.budget = Budget(settings.max_requests, settings.max_cost, settings.prices)
        self.pace = RequestPace()

    def ask(self, messages: Sequence[dict[str, str]], count: int) -> str:
        """The reply to chat messages that ask for `count` sentences; it may be anything, and empty.

        Raises
        ------
        ClientError
            If params.yaml says offline, or the endpoint refuses, or is busy or out of reach after all retries.
        BudgetReachedError
            If the next request could cost more than is left.
        HaltedError
            If another thread has ended the run.
        """
        asked = {"model": name_model(self._settings), "messages": list(messages)}
        if not self._structured:
            return self._patiently(asked, count)
        try:
            return self._patiently({**asked, "response_format": REPLY_FORMAT}, count)
        except ClientError as error:
            if error.status not in MAY_MEAN_THE_FORMAT:
                raise
            reply = self._patiently(asked, count)  # where the format was not to blame, this fails the same way
        logger.info("the endpoint refuses response_format: asking without it from here on")
        self._structured = False
        return reply

    def _patiently(self, asked: Mapping[str, Any], count: int) -> str:
        retry = 0
        while True:
            self.pace.wait()
            try:
                return self._once(asked, count)
            except BusyError as error:
                wait = back_off(retry, error.headers)
                if retry >= self._settings.max_retries:
                    raise
                if wait > LONGEST_OBEYED:
                    raise ClientError(f"{error}; it asks to wait {wait:.0f} s: run again then") from None
                logger.info("%s: trying again in %.1f s", error, wait)
            self.pace.hold(wait)
            retry += 1

    def _once(self, asked: Mapping[str, Any], count: int) -> str:
        from openai import APIConnectionError, APIResponseValidationError, APIStatusError  # noqa: PLC0415

        openai = self._openai
        most = estimate_tokens(asked["messages"], self._longest_reply(count))
        self.budget.reserve(most)
        try:
            completion = openai.chat.completions.create(**asked, extra_body=self._settings.decoding)
            text = _text(completion)
        except APIStatusError as error:
            self.budget.settle(most, Tokens(0, 0))
            raise _refusal(error) from None
        except (APIConnectionError, APIResponseValidationError, ValueError) as error:
            # A reply that got lost may be billed: it stays counted with what it may have cost.
            raise BusyError(
                f"{openai.base_url} cannot be reached or makes no sense ({error}): start it, set interpret.base_url, "
                "or set interpret.online to false"
            ) from None
        self.budget.settle(most, _used(completion, most.input, text))
        return text

    def _longest_reply(self, count: int) -> int:
        limits = (self._settings.decoding.get(name) for name in ("max_tokens", "max_completion_tokens"))
        return next((limit for limit in limits if isinstance(limit, int)), REPLY_TOKENS * count)

    @cached_property
    def _openai(self) -> OpenAI:
        return connect_endpoint(self._settings)


def name_model(settings: InterpretSettings) -> str:
    """The model's name, from params.yaml or OPENAI_MODEL.

    Raises
    ------
    ClientError
        If neither has one.
    """
    name = settings.model or os.environ.get("OPENAI_MODEL")
    if not name:
        raise ClientError("interpret.model is null and OPENAI_MODEL is not set: name a model")
    return name


def connect_endpoint(settings: InterpretSettings) -> OpenAI:
    """The SDK for OpenAI, Azure, vLLM, llama.cpp, Ollama; an endpoint of one's own may do without a key.

    Its own retries are off, since every request must be counted.

    Raises
    ------
    ClientError
        If params.yaml says offline, or nothing says which endpoint.
    """
    if not settings.online:
        raise ClientError("interpret.online is false: nothing leaves this machine")
    from openai import AzureOpenAI, OpenAI, OpenAIError  # noqa: PLC0415 it takes a second, and replays need none

    patience: dict[str, Any] = {"max_retries": 0, "timeout": settings.timeout_seconds}
    url = settings.base_url or os.environ.get("OPENAI_BASE_URL")
    key, azure = os.environ.get("OPENAI_API_KEY"), os.environ.get("AZURE_OPENAI_ENDPOINT")
    try:
        if azure and not url:
            return AzureOpenAI(azure_endpoint=azure, azure_deployment=name_model(settings), **patience)
    except (OpenAIError, ValueError) as error:
        raise ClientError(f"AZURE_OPENAI_ENDPOINT is set, but not all that Azure needs: {error}") from None
    if not key and not url:
        raise ClientError("interpret.online is true, but neither OPENAI_API_KEY nor interpret.base_url is set")
    return OpenAI(api_key=key or "none", base_url=url, **patience)


def _text(completion: Any) -> str:
    """The text of a completion; ValueError where the body is none, as a proxy's page is."""
    choices = getattr(completion, "choices", None)
    message = getattr(choices[0], "message", None) if choices else None
    if message is None:
        raise ValueError("it answered without a choice: is this a chat-completions endpoint?")
    return message.content or ""


def _used(completion: Any, prompt: int, text: str) -> Tokens:
    usage = getattr(completion, "usage", None)
    counted = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    if isinstance(counted[0], int) and isinstance(counted[1], int):
        return Tokens(counted[0], counted[1])
    return Tokens(prompt, count_tokens(text))


def _refusal(error: APIStatusError) -> ClientError:
    message = f"{error.request.url} answered {error.status_code}: {error.message}"
    if error.status_code in BUSY and error.code != NO_QUOTA:
        return BusyError(message, error.status_code, error.response.headers)
    return ClientError(message, error.status_code)
