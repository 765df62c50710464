"""What a run may cost: requests, tokens and money, counted before a request is sent and corrected by its reply."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from crosslog.faults import UserError
from crosslog.settings import TokenPrices

BYTES_PER_TOKEN = 4  # OpenAI's rule of thumb for English
MESSAGE_TOKENS = 4  # around each chat message
REPLY_TOKENS = 40  # of one template: a sentence of 25 words and its JSON


class BudgetReachedError(UserError, RuntimeError):
    """The next request could cost more than is left; the message names the setting."""


class Tokens(NamedTuple):
    """How long a prompt and its reply are, in the model's tokens."""

    input: int
    output: int


def estimate_tokens(messages: Sequence[dict[str, str]], output: int) -> Tokens:
    """An estimate of a request's tokens, from its length; `output` is the caller's guess at the reply."""
    return Tokens(sum(count_tokens(message["content"]) + MESSAGE_TOKENS for message in messages), output)


def count_tokens(text: str) -> int:
    """An estimate of a text's tokens."""
    return math.ceil(len(text.encode()) / BYTES_PER_TOKEN)


def price_tokens(tokens: Tokens, prices: TokenPrices | None) -> float | None:
    """Dollars, or None where nobody knows the price."""
    return None if prices is None else (tokens.input * prices.input + tokens.output * prices.output) / 1e6


@dataclass
class Budget:
    """What may be spent and what was; for several threads at once.

    Each request that is sent counts, those that are sent again too. A request under way counts with what it may cost
    at most, so that `max_cost` holds as far as prompts are estimated well.
    """

    max_requests: int | None
    max_cost: float | None
    prices: TokenPrices | None
    requests: int = field(default=0, init=False)
    spent: Tokens = field(default=Tokens(0, 0), init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def reserve(self, most: Tokens) -> None:
        """Set aside what one request may cost.

        Raises
        ------
        BudgetReachedError
            If that is more than is left.
        """
        with self._lock:
            if self.max_requests is not None and self.requests >= self.max_requests:
                raise BudgetReachedError(f"interpret.max_requests, {self.max_requests}, is reached")
            money = price_tokens(_sum(self.spent, most), self.prices)
            if self.max_cost is not None and money is not None and money > self.max_cost:
                raise BudgetReachedError(f"interpret.max_cost, {self.max_cost} dollars, is reached")
            self.requests += 1
            self.spent = _sum(self.spent, most)

    def settle(self, most: Tokens, used: Tokens) -> None:
        """Put what a request did cost in place of what was set aside for it."""
        with self._lock:
            self.spent = Tokens(
                self.spent.input - most.input + used.input, self.spent.output - most.output + used.output
            )

    def __str__(self) -> str:
        """What was spent, for people."""
        money = price_tokens(self.spent, self.prices)
        return f"{self.requests} requests, {sum(self.spent)} tokens, {format_dollars(money)}"


def format_dollars(money: float | None) -> str:
    """A price for people; None is an unknown one."""
    return "price unknown" if money is None else f"about ${money:.4f}"


def _sum(one: Tokens, other: Tokens) -> Tokens:
    return Tokens(one.input + other.input, one.output + other.output)
