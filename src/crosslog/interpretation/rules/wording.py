"""The words of a template as rules look at them: lower case, `_` for what varies, and blanks for all punctuation."""

from __future__ import annotations

import re

VALUE_WORD = "_"
VALUE_MASK = re.compile(r"<[^<>]*>")
PUNCTUATION = re.compile(r"[^a-z0-9\0]+")


def plain_words(template: str) -> str:
    """The words, a blank between two, `_` once for what varies in a row: `node<*>: link-down` is `node _ link down`."""
    text = VALUE_MASK.sub(" \0 ", template.lower().replace("\0", " "))
    words = PUNCTUATION.sub(" ", text).replace("\0", VALUE_WORD).split()
    return " ".join(
        word for word, before in zip(words, ["", *words], strict=False) if (word, before) != (VALUE_WORD, VALUE_WORD)
    )
