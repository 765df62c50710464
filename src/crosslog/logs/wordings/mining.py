"""What every miner does: what fits a known template is of it, the rest is grouped, named and learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from crosslog.logs.wordings.naming import ClusterPart, Groups, Mined, Said, name_groups
from crosslog.logs.wordings.patterns import NEW, KnownTemplates
from crosslog.logs.wordings.words import Words, split_words

Grouping = tuple[Sequence[ClusterPart], Groups]


def mine_new(
    group: Callable[[Sequence[Words], Sequence[int]], Grouping],
    statements: Sequence[str],
    counts: Sequence[int],
    known: KnownTemplates,
) -> Mined:
    """The template of each statement, and what is known then; new ids follow those there are, in first-seen order.

    A new template that is worded as one that is known is that one, and its patterns are learnt.
    """
    messages = _split(statements)
    found = known.match_words(messages)
    new = np.flatnonzero(found == NEW)
    if not len(new):
        return Mined(found, known)
    rows = new.tolist()
    said = Said([statements[row] for row in rows], [messages[row] for row in rows], [counts[row] for row in rows])
    ids, names, patterns = name_groups(said, *group(said.messages, said.counts), known.templates)
    places = {name: place for place, name in enumerate(known.templates)}
    fresh = [name for name in names if name not in places]
    places |= {name: len(known.templates) + number for number, name in enumerate(fresh)}
    ids_of = np.asarray([places[name] for name in names], dtype=np.int64)
    found[new] = ids_of[ids]
    return Mined(found, known.learn(fresh, [one._replace(template=int(ids_of[one.template])) for one in patterns]))


def _split(statements: Sequence[str]) -> list[Words]:
    """Words of statements, each distinct word once in memory."""
    words: dict[str, str] = {}
    return [tuple(words.setdefault(word, word) for word in split_words(statement)) for statement in statements]
