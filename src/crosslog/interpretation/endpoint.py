"""Which endpoint and model are meant: the settings first, then the environment variables that OpenAI's SDK knows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from crosslog.settings import InterpretSettings

if TYPE_CHECKING:
    from openai import OpenAI


class ClientError(RuntimeError):
    """The endpoint cannot be reached or refuses; what it answered so far is kept. The message says what to change."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def model_of(settings: InterpretSettings) -> str:
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


def connected(settings: InterpretSettings) -> OpenAI:
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
            return AzureOpenAI(azure_endpoint=azure, azure_deployment=model_of(settings), **patience)
    except (OpenAIError, ValueError) as error:
        raise ClientError(f"AZURE_OPENAI_ENDPOINT is set, but not all that Azure needs: {error}") from None
    if not key and not url:
        raise ClientError("interpret.online is true, but neither OPENAI_API_KEY nor interpret.base_url is set")
    return OpenAI(api_key=key or "none", base_url=url, **patience)
