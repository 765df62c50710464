"""What must not leave the machine is masked: addresses, hosts, users, secrets, numbers of people and their money.

Messages are letters by the time an interpreter sees them, addresses and paths already gone: this is a second guard, for
formats of one's own, for examples and for reviewers' notes. It errs towards masking where a key names a secret, and
towards leaving alone where only the look of a word would speak for masking.
"""

from __future__ import annotations

from functools import cache

from crosslog.interpretation.meanings import Request
from crosslog.interpretation.privacy.patterns import PRIVATE_MASKS
from crosslog.interpretation.rules.glossary import Glossary
from crosslog.templates import cut_text


def mask_private(text: str) -> str:
    """The text with whatever names a person, a machine or a secret replaced by <what it was>; other words stay.

    Of a very long text it is the start (see `cut_text`): enough for one sentence about it, and a bound on what it costs
    to send and to search.
    """
    text = cut_text(text)
    for rule in PRIVATE_MASKS:
        text = rule.pattern.sub(rule.put, text)
    return text


def mask_request(request: Request) -> Request:
    """What an outsider may see of a request: masked, and of the example the template's words and the glossary's.

    A name of letters alone looks like any word, but names are what varies: what stands in place of a <*>, and is no
    term of systems, is <*> here too.
    """
    template, example, note = (mask_private(text) for text in request)
    known = _glossary() | set(template.lower().split())
    words = (word if word.lower() in known or "<" in word else "<*>" for word in example.split(" "))
    return Request(template, " ".join(words), note)


@cache
def _glossary() -> frozenset[str]:
    terms = Glossary.load().terms
    return frozenset(word for entries in terms.values() for words, _ in entries for word in words)
