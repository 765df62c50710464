"""The interpreter that asks a language model: several templates a request, and nothing twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from crosslog.interpretation.llm.answers import Answers, hash_request
from crosslog.interpretation.llm.budget import (
    REPLY_TOKENS,
    BudgetReachedError,
    Tokens,
    estimate_tokens,
    format_dollars,
    price_tokens,
)
from crosslog.interpretation.llm.client import Client, name_model
from crosslog.interpretation.llm.pace import HaltedError
from crosslog.interpretation.llm.prompting import SHOWN_REPLY, Prompt
from crosslog.interpretation.llm.replies import parse_reply
from crosslog.interpretation.meanings import Meaning, Request
from crosslog.interpretation.privacy.masking import mask_private, mask_request
from crosslog.interpretation.review.problems import FoundProblem, ProblemKind
from crosslog.settings import InterpretSettings

logger = logging.getLogger(__name__)


class Question(NamedTuple):
    """What is asked about one template, masked, and the key of its answer."""

    request: Request
    key: str


class RunEstimate(NamedTuple):
    """What a run would ask and cost, if every reply came in form at once."""

    templates: int
    known: int
    requests: int
    tokens: Tokens
    dollars: float | None

    def __str__(self) -> str:
        """One line for people."""
        return (
            f"{self.templates} templates, {self.known} answered already, {self.requests} requests, "
            f"about {self.tokens.input} + {self.tokens.output} tokens, {format_dollars(self.dollars)}"
        )


@dataclass(frozen=True)
class LanguageModel:
    """An interpreter that asks a language model, keeps each answer as it comes, and asks nothing twice.

    Attributes
    ----------
    settings : the `interpret` block of params.yaml
    prompt : how it is asked
    kind : the kind of system, in words, for the prompt
    answers : answers of earlier runs; new ones are added as they come
    client : who talks
    """

    settings: InterpretSettings
    prompt: Prompt
    kind: str
    answers: Answers
    client: Client
    source: Literal["llm"] = field(default="llm", init=False)

    def interpret(self, requests: Sequence[Request]) -> list[Meaning]:
        """One meaning per request, in the same order; an empty sentence where there is no answer, and why.

        Raises
        ------
        ClientError
            If the endpoint cannot be reached or refuses. What it answered until then is kept.
        """
        questions = [self._question(request) for request in requests]
        self._ask_all(self._batches(questions))
        return [self._meaning(question) for question in questions]

    def estimate(self, requests: Sequence[Request]) -> RunEstimate:
        """What `interpret` would ask; nothing is sent."""
        questions = [self._question(request) for request in requests]
        batches = self._batches(questions)
        sizes = [estimate_tokens(self._messages(batch), REPLY_TOKENS * len(batch)) for batch in batches]
        tokens = Tokens(sum(size.input for size in sizes), sum(size.output for size in sizes))
        known = sum(not self._is_open(question) for question in questions)
        return RunEstimate(len(questions), known, len(batches), tokens, price_tokens(tokens, self.settings.prices))

    def _question(self, request: Request) -> Question:
        asked = mask_request(request)
        depends = {"model": name_model(self.settings), "decoding": self.settings.decoding, "prompt": self.prompt.text}
        return Question(asked, hash_request({**depends, "kind": mask_private(self.kind), **asked._asdict()}))

    def _is_open(self, question: Question) -> bool:
        tries = len(self.answers.refused(question.key))
        return self.answers.get(question.key) is None and tries < self.settings.attempts

    def _batches(self, questions: Sequence[Question]) -> list[list[Question]]:
        """What to ask, in order: those never asked together, those that went wrong before alone."""
        still = list({question.key: question for question in questions if self._is_open(question)}.values())
        fresh = [question for question in still if not self.answers.refused(question.key)]
        size = self.settings.batch
        together = [fresh[first : first + size] for first in range(0, len(fresh), size)]
        return [*together, *([question] for question in still if self.answers.refused(question.key))]

    def _ask_all(self, batches: Sequence[list[Question]]) -> None:
        """Ask; the first alone, so that a wrong key or address costs one request, and not one a thread."""
        try:
            for batch in batches[:1]:
                self._settle(batch)
            self._ask_together(batches[1:])
        except BudgetReachedError as error:
            logger.warning("%s: what was answered is kept, the rest is asked at the next run", error)

    def _ask_together(self, batches: Sequence[list[Question]]) -> None:
        pool = ThreadPoolExecutor(self.settings.concurrency)
        futures = [pool.submit(self._settle, batch) for batch in batches]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            with self.client.pace.halted():
                pool.shutdown(wait=True, cancel_futures=True)
        errors = [future.exception() for future in futures if not future.cancelled()]
        for error in errors:
            if error is not None and not isinstance(error, HaltedError):
                raise error

    def _settle(self, batch: Sequence[Question]) -> None:
        """Ask about a batch until each of it has an answer or was refused as often as the settings allow."""
        reply = self.client.ask(self._messages(batch), len(batch))
        found = parse_reply(reply, len(batch))
        for number, question in enumerate(batch, start=1):
            about = {"model": name_model(self.settings), "prompt": self.prompt.version}
            about["template"] = question.request.template
            if number in found:
                self.answers.add(question.key, found[number], about)
            else:
                self.answers.refuse(question.key, reply[:SHOWN_REPLY] if len(batch) == 1 else "", about)
        for question in batch:
            if self._is_open(question):
                self._settle([question])

    def _messages(self, batch: Sequence[Question]) -> list[dict[str, str]]:
        refused = self.answers.refused(batch[0].key) if len(batch) == 1 else ()
        return self.prompt.messages(mask_private(self.kind), [question.request for question in batch], refused)

    def _meaning(self, question: Question) -> Meaning:
        sentence = self.answers.get(question.key) or ""
        tries = len(self.answers.refused(question.key))
        gave_up = not sentence and tries >= self.settings.attempts
        gave = FoundProblem(
            ProblemKind.REMARK, f"found no sentence in {tries} tries: this one is by rule or a quotation"
        )
        remark = str(gave) if gave_up else ""
        return Meaning(sentence, "llm", remark)
