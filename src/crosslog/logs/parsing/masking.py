"""The normalised, masked text of an event (Wang et al. 2024, CroSysLog, III-A).

An event's text is component, level and content in lower case; then variables give way to words in the order of MASKS,
so that a longer thing (a URL) is replaced before what it holds (a path); then every run of characters that are no
letters becomes one blank. Numbers that no mask covers vanish with it, hexadecimal ones and UUIDs too, as do punctuation
and the `<*>` of logs that were templates already; identifiers such as `dfs.DataNode$Sender` become words.

Which digits a number has never matters, only where digits are (and that 0x is 0x). So texts may be folded before they
are masked, A-Z to a-z and 1-9 to 9, and most of the work is done on the few that still differ once all numbers are 9s.
"""

from __future__ import annotations

import polars as pl

NO_TEXT = "empty message"

_PREFIXED_HEX = "$hex$"  # what 0x... is until the end; a path may hold it
FOLDS = (
    (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "99999"),
    (r"\b0x[0-9a-f]*\b", "$$hex$$"),
    (r"\b(?:[0-9][0-9a-f]{4,}|[a-f]+[0-9][0-9a-f]{4,}|[0-9a-f]{8})\b", "99999"),
    (r"[0-9]{5,}", "99999"),
)

_BEFORE = r"(^|[^a-z0-9_.~-])"
_SEGMENT = r"[a-z0-9_.@%+=$~:#*-]*"
_CODE = r"(c|cc|cpp|cs|cxx|erl|go|h|hpp|java|js|kt|m|mm|php|pl|py|rb|rs|scala|sh|ts)"
_DOMAIN = r"(?:com|net|org|edu|gov|mil|info|biz|arpa|local|localdomain|internal)(?:\.[a-z]{2})?"
_COUNTRY = (
    r"(?:at|au|be|br|ca|ch|cn|cz|de|dk|es|eu|fi|fr|hk|hu|id|ie|il|in|it|jp|kr|mx|nl|nz"
    r"|pl|pt|ru|se|sg|th|tr|tw|uk|us|za)"
)
_LABEL = r"[a-z0-9_-]+\."
_CLOCK = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?"
_DATE = r"[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) +[0-9]{1,2}"
_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?"
_SIZE = r"[0-9]+(?:\.[0-9]+)?"

MASKS = (
    (r"\b[a-z][a-z0-9+.-]*://[^ \t,;)\]>\"']+", " url "),
    (r"\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b", " email address "),
    (
        rf"{_BEFORE}(?:~|\.\.?)?(?:/{_SEGMENT}[a-z_]{_SEGMENT})(?:/{_SEGMENT})*(?:\?[^ \t,;)\]>\"']+)?",
        "${1} file path ",
    ),
    (rf"{_BEFORE}[a-z]:\\[^ \t,;)\]>\"']*", "${1} file path "),
    (rf"\b([a-z0-9_+-]+)\.{_CODE}:[0-9]+\b", " ${1} ${2} "),
    (
        rf"(^|[^a-z0-9_./$-])(?:(?:{_LABEL})+(?:{_DOMAIN}(?::[0-9]+)?|(?:[a-z]{{2}}|asia):[0-9]+)"
        rf"|(?:{_LABEL}){{2,}}{_COUNTRY})($|[^a-z0-9_.-]|\.$|\.[^a-z0-9_])",
        "${1} host name ${2}",
    ),
    (r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5,}\b|\b[0-9a-f]{2}(?:-[0-9a-f]{2}){5}\b", " mac address "),
    (rf"(?:::(?:ffff:)?)?\b{_IPV4}\b", " ip address "),
    (
        rf"\b(?:(?:(?:mon|tue|wed|thu|fri|sat|sun),? +)?(?:{_DATE}|{_MONTH})"
        rf"(?:[-t: ]+[0-9]{{2}}[.:][0-9]{{2}}[.:][0-9]{{2}}(?:[.,][0-9]+)?)?"
        rf"(?:z|[+-][0-9]{{2}}:?[0-9]{{2}})?|{_CLOCK})\b",
        " date time ",
    ),
    (r"\b[0-9a-f]{1,4}::?(?:[0-9a-f]{1,4}:){2,6}[0-9a-f]{1,4}\b", " ip address "),
    (r"(^|[^a-z0-9_:.-])[0-9]{1,2}:[0-9]{2}($|[^a-z0-9_:.-])", "${1} date time ${2}"),
    (r"< ?[0-9]+ ?(?:[mu]?s|sec|secs|seconds?|min|minutes?)\b", " date time "),
    (r"\bblk_-?[0-9]+(?:_[0-9]+)?\b(?:[ ,]+blk_-?[0-9]+(?:_[0-9]+)?\b)*", " block id "),
    (r"\b(app|appattempt|application|attempt|container|job|jvm|task)_[0-9]+(?:_[a-z0-9]+)*\b", " ${1} id "),
    (r"\br[0-9a-f]{2}-m[0-9a-f](?:-[a-z0-9]+)*(?::[a-z0-9-]+)*\b", " node id "),
    (rf"\b{_SIZE} ?(?:bytes|[kmgtp]i?b)\b(?: ?\({_SIZE} ?[kmgtp]i?b\))?|\b[0-9]+\.[0-9]+ b\b", " bytes "),
    (
        r"\b(?:[a-z]+[0-9]+[a-z]+[0-9]{4,}[a-z0-9]*|(?:[a-z]+[0-9]+){3,}[a-z]*|[0-9]+(?:[a-z]+[0-9]+){2,}[a-z]*)\b",
        " ",
    ),
    (r"\b[0-9][0-9a-f]{1,3}\b", " "),
)


def compose_texts(component: pl.Expr, level: pl.Expr, content: pl.Expr) -> pl.Expr:
    """What an event says, before masking."""
    return pl.concat_str(component, level, content, separator=" ", ignore_nulls=True)


def mask_texts(text: pl.Series) -> pl.Series:
    """Normalised, masked text of a String series; never empty, never null."""
    folded = _folded(text).alias("folded")
    distinct = folded.unique(maintain_order=True)
    words = pl.DataFrame([distinct, _words(distinct).alias("words")])
    return folded.to_frame().join(words, on="folded", how="left", maintain_order="left")["words"].alias(text.name)


def _folded(text: pl.Series) -> pl.Series:
    text = text.fill_null("").str.to_lowercase()
    for pattern, number in FOLDS:
        text = text.str.replace_all(pattern, number)
    return text.str.replace_all("0", "9", literal=True)


def _words(text: pl.Series) -> pl.Series:
    for pattern, words in MASKS:
        text = text.str.replace_all(pattern, words)
    text = text.str.replace_all(_PREFIXED_HEX, " hex number ", literal=True)
    text = text.str.replace_all(r"\P{Alphabetic}+", " ").str.strip_chars(" ")
    return text.replace("", NO_TEXT)
