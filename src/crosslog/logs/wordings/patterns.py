"""Templates as patterns of words, in order: the first pattern that a statement fits is that of its template.

What has been mined lives on in them: they can be saved, they match statements of another day, and what is mined later
is added behind, so that templates that are known keep their ids, their wordings and their statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.logs.wordings.runs import RunIndex
from crosslog.logs.wordings.shapes import ShapeIndex, Vocabulary, by_length, encode_words, mix_places
from crosslog.logs.wordings.words import Words, read_words, split_words

NEW = -1
_COLUMNS = pl.Schema(
    {"generation": pl.UInt32, "template_id": pl.UInt32, "template": pl.String, "runs": pl.Boolean, "words": pl.String}
)


class WordPattern(NamedTuple):
    """A pattern of a template: where it runs, `<*>` stands for any number of words, else for one."""

    template: int
    words: Words
    runs: bool


@dataclass(frozen=True)
class KnownTemplates:
    """What miners know: the wordings of templates by id, and a list of patterns for each time that they mined."""

    templates: tuple[str, ...] = ()
    generations: tuple[tuple[WordPattern, ...], ...] = ()
    _indices: list[_Index] = field(default_factory=list, init=False, repr=False, compare=False)

    def match(self, statements: Sequence[str]) -> NDArray[np.int64]:
        """The template of each statement, NEW where it fits none."""
        return self.match_words([split_words(statement) for statement in statements])

    def match_words(self, messages: Sequence[Words]) -> NDArray[np.int64]:
        """The same of statements that have been split."""
        if len(self._indices) < len(self.generations):
            self._indices[:] = [_Index(generation) for generation in self.generations]
        found = np.full(len(messages), NEW, dtype=np.int64)
        left = list(range(len(messages)))
        for index in self._indices:
            found[left] = index.find([messages[number] for number in left])
            left = np.flatnonzero(found == NEW).tolist()
        return found

    def learn(self, templates: Sequence[str], patterns: Sequence[WordPattern]) -> KnownTemplates:
        """The same with more templates, and patterns behind those there are."""
        return KnownTemplates((*self.templates, *templates), (*self.generations, tuple(patterns)))

    def frame(self) -> pl.DataFrame:
        """Columns of schemas.Patterns, a row for each pattern."""
        rows = [
            (number, template, self.templates[template], runs, " ".join(words))
            for number, generation in enumerate(self.generations)
            for template, words, runs in generation
        ]
        return pl.DataFrame(rows, schema=_COLUMNS, orient="row")

    @classmethod
    def read(cls, frame: pl.DataFrame) -> KnownTemplates:
        """What `frame` gave, read back."""
        templates = frame.select("template_id", "template").unique().sort("template_id")["template"].to_list()
        generations: list[list[WordPattern]] = []
        for generation, template, _, runs, words in frame.iter_rows():
            if generation == len(generations):
                generations.append([])
            generations[generation].append(WordPattern(template, read_words(words), runs))
        return cls(tuple(templates), tuple(map(tuple, generations)))


NONE_KNOWN = KnownTemplates()  # is known before anything was mined


class _Index:
    """The patterns of one generation: those of a length first, then those that run."""

    def __init__(self, patterns: Sequence[WordPattern]) -> None:
        self._vocabulary = Vocabulary()
        fixed = [pattern for pattern in patterns if not pattern.runs]
        self._shapes = {
            length: ShapeIndex(
                [fixed[row].words for row in rows], [fixed[row].template for row in rows], self._vocabulary
            )
            for length, rows in by_length([pattern.words for pattern in fixed]).items()
        }
        self._runs = RunIndex([(words, template) for template, words, runs in patterns if runs])

    def find(self, messages: Sequence[Words]) -> NDArray[np.int64]:
        found = np.full(len(messages), NEW, dtype=np.int64)
        for length, numbers in by_length(messages).items():
            if length in self._shapes:
                codes = encode_words(messages, numbers, self._vocabulary).reshape(len(numbers), length)
                found[numbers] = self._shapes[length].find(mix_places(codes))
        for number in np.flatnonzero(found == NEW).tolist():
            found[number] = self._runs.find(messages[number])
        return found
