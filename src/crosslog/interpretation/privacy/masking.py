"""What must not leave the machine is masked: addresses, hosts, users, secrets, numbers of people and their money.

Templates have lost addresses and paths by the time an interpreter sees them: there this is a second guard. An example
is a raw line, and a reviewer's note anything at all: there it is the first. It errs towards masking where a key names a
secret, and towards leaving alone where only the look of a word would speak for masking.
"""

from __future__ import annotations

import re

from crosslog.interpretation.meanings import Request
from crosslog.interpretation.privacy.patterns import PRIVATE_MASKS
from crosslog.interpretation.rules.glossary import known_words
from crosslog.templates import cut_text

# A word, or what `mask_private` has put in a word's place; no other angle bracket makes a name public.
PIECE = re.compile(r"<(?:address|email|host|id|mac|number|phone|secret|user)>|[^\W_]+")
SPREAD = re.compile(r"<\*>(?:[^\w\s<>]{0,3}<\*>)+")  # what varies, as a date does, in several pieces

LETTERS_ONLY = re.compile(r"[^\W\d_]+")
ANY_VALUE = re.compile(r"<[^<>]{0,24}>")


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
    term of systems, is <*> here too. So is whatever stands in front of the message, but for such terms.
    """
    template, example, note = (mask_private(text) for text in request)
    template = _mask_like(template, example) if example else template
    known = known_words() | set(PIECE.findall(template.lower()))
    shown = PIECE.sub(lambda found: found[0] if found[0][0] == "<" or found[0].lower() in known else "<*>", example)
    return Request(template, SPREAD.sub("<*>", shown), note)


def _mask_like(template: str, example: str) -> str:
    """The template without words with digits that its masked example lacks: in small letters no key looks like one."""
    left = known_words() | set(LETTERS_ONLY.findall(example.lower()))
    return " ".join("<*>" if _is_glued(word) and not _letters(word) <= left else word for word in template.split(" "))


def _is_glued(word: str) -> bool:
    """Whether letters and a value are one word."""
    return ANY_VALUE.search(word) is not None and bool(_letters(word))


def _letters(word: str) -> set[str]:
    return set(LETTERS_ONLY.findall(ANY_VALUE.sub(" ", word).lower()))
