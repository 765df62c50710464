"""The best findings that fit a reader with so many tokens, such as a language model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

# English prose has about four characters a token with the tokenizers of GPT and Llama; logs, with their numbers and
# punctuation, fewer than three: what must fit is counted with two.
CHARACTERS_A_TOKEN = 2

Text = TypeVar("Text", bound=str)


def fit_texts(texts: Sequence[Text], tokens: int | None) -> list[Text]:
    """The first texts, as many as fit into so many tokens one after another; all of them without a limit."""
    if tokens is None:
        return list(texts)
    kept: list[Text] = []
    left = tokens
    for text in texts:
        left -= bound_tokens(text)
        if left < 0:
            break
        kept.append(text)
    return kept


def bound_tokens(text: str) -> int:
    """No fewer tokens than a language model takes for a text of a log."""
    return -(-len(text) // CHARACTERS_A_TOKEN)
