"""The glossary: words of systems' logs that are nobody's name, and the plain words for them, from glossary.yaml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from crosslog.settings import read_yaml

GLOSSARY_PATH = Path(__file__).with_suffix(".yaml")
TERM_KINDS = ("parts", "places", "events", "words")
WORD = re.compile(r"i/o|[a-z][a-z0-9]*")


@cache
def list_terms() -> dict[str, tuple[str, ...]]:
    """The terms of each of TERM_KINDS: one or more lower-case words each."""
    content = read_yaml(GLOSSARY_PATH)
    return {kind: tuple(str(term) for terms in content[kind].values() for term in terms) for kind in TERM_KINDS}


@cache
def known_words() -> frozenset[str]:
    """Every word of a term: what may leave the machine wherever it stands."""
    return frozenset(word for terms in list_terms().values() for term in terms for word in term.split())


@cache
def sayable_words() -> frozenset[str]:
    """Every word of the glossary, names and small words too: what a sentence may call a thing."""
    return frozenset(WORD.findall(GLOSSARY_PATH.read_text(encoding="utf-8").lower()))
