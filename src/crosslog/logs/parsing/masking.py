"""What an event says, masked: the text that stands for it, and the statement that templates are mined from.

Letters are folded to lower case; then variables give way to placeholders in the order of MASKS, so that a longer thing
(a URL) is replaced before what it holds (a path). What is masked has two forms:

- the text (Wang et al. 2024, CroSysLog, III-A), of component, level and content: words of letters. Numbers, punctuation
  and the `<*>` of logs that were templates already vanish, identifiers such as `dfs.DataNode$Sender` become words;
- the statement, of the content alone, which templates are mined from: punctuation stays, `<ip address>` and the like
  stand for what a mask knows, `<*>` for numbers and for the values of a list of `key=value`.

Which digits a number has does not matter, only where digits are (and that 0x is 0x). So texts may be folded before they
are masked, A-Z to a-z and 1-9 to 9, and most of the work is done on the few that still differ once all numbers are 9s.
Digits that are meant are spelled in letters before that: IPv4 and IPv6, HTTP's status 5xx, an exit code of 0.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from crosslog.logs.wordings.words import VARYING

NO_TEXT = "empty message"
# Letters that stand for digits until the end: Roman numerals for 4, 5 and 6, a script o for 0.
_STANDING_FOR = {"\u2173": "4", "\u2174": "5", "\u2175": "6", "\u2134": "0"}
_STANDING = rf"[{''.join(_STANDING_FOR)}](?:xx)?"
_SPELLED = r"(?i)ipv[46]|status[^a-z0-9]{1,3}5[0-9][0-9]"
_SPELLINGS = (
    (r"(?i)\b(ipv)4", "${1}\u2173"),
    (r"(?i)\b(ipv)6", "${1}\u2175"),
    (r"(?i)\b(status[^a-z0-9]{1,3})5[0-9][0-9]\b", "${1}\u2174xx"),
)
_PREFIXED_HEX = "$hex$"  # what 0x... is until the end; a path may hold it
FOLDS = (
    (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "99999"),
    (r"\b0x[0-9a-f]*\b", "$$hex$$"),
    (r"\b(?:[0-9][0-9a-f]{4,}|[a-f]+[0-9][0-9a-f]{4,}|[0-9a-f]{8})\b", "99999"),
    (r"[0-9]{5,}", "99999"),
    (r"\b0\.0\.0\.0\b", "99.9.9.9"),
    (r"\b(exit(?:ed)?(?: with)?(?: code| status)?(?: is|[ :=]){1,3})0\b", "${1}\u2134"),
)

_BEFORE = r"(^|[^a-z0-9_.~-])"
_SEGMENT = rf"[a-z0-9_.@%+=$~:#*{''.join(_STANDING_FOR)}-]*"
_CODE = r"(c|cc|cpp|cs|cxx|erl|go|h|hpp|java|js|kt|m|mm|php|pl|py|rb|rs|scala|sh|ts)"
_DOMAIN = r"(?:com|net|org|edu|gov|mil|info|biz|arpa|local|localdomain|internal)(?:\.[a-z]{2})?"
_COUNTRY = (
    r"(?:au|br|ca|ch|cn|cz|de|dk|es|eu|fi|fr|hk|hu|ie|il|jp|kr|mx|nl|nz|pl|pt|ru|se|sg|th|tr|tw|uk|us|za"
    r"|(?:ac|co|com|edu|go|gov|net|or|org)\.(?:at|be|id|in|it))"  # these are words, too: app.session.id
)
_LABEL = r"[a-z0-9_-]+\."
_CLOCK = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?"
_DATE = r"[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) +[0-9]{1,2}"
_BYTE, _BYTES = r"[0-9]{1,3}", r"[0-9]{2,3}"
_PORT = r":[0-9]{1,5}"
# Four single digits are a version, unless they have a port.
_IPV4 = (
    rf"(?:{_BYTES}(?:\.{_BYTE}){{3}}|{_BYTE}\.{_BYTES}(?:\.{_BYTE}){{2}}|{_BYTE}\.{_BYTE}\.{_BYTES}\.{_BYTE}"
    rf"|{_BYTE}(?:\.{_BYTE}){{2}}\.{_BYTES})(?:{_PORT})?|[0-9](?:\.[0-9]){{3}}{_PORT}"
)
_SIZE = r"[0-9]+(?:\.[0-9]+)?"

MASKS = (
    (r"\b[a-z][a-z0-9+.-]*://[^ \t,;)\]>\"']+", "<url>"),
    (r"\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b", "<email address>"),
    (
        rf"{_BEFORE}(?:~|\.\.?)?(?:/{_SEGMENT}[a-z_]{_SEGMENT})(?:/{_SEGMENT})*(?:\?[^ \t,;)\]>\"']+)?",
        "${1}<file path>",
    ),
    (rf"{_BEFORE}[a-z]:\\[^ \t,;)\]>\"']*", "${1}<file path>"),
    (r"(^|[^a-z0-9_.~\\-])\\{1,2}[a-z0-9_.$?*-]+[.\\][^ \t,;)\]>\"']*", "${1}<file path>"),  # \Device\x, \\server\x
    (rf"(^|[^a-z0-9_./])[a-z0-9_.-]+(?:/{_SEGMENT}){{3,}}", "${1}<file path>"),
    (r"(^|[^a-z0-9_.~-])[a-z0-9_.-]+~[a-z0-9_.-]*~[a-z0-9_.~-]*", "${1}<package>"),  # as Windows names its packages
    (rf"\b([a-z0-9_+-]+)\.{_CODE}:[0-9]+\b", " ${1} ${2} "),
    (
        rf"(^|[^a-z0-9_./$-])(?:(?:{_LABEL})+(?:{_DOMAIN}(?::[0-9]+)?|(?:[a-z]{{2}}|asia):[0-9]+)"
        rf"|(?:{_LABEL}){{2,}}{_COUNTRY}|[a-z0-9_-]*[0-9][a-z0-9_-]*\.(?:{_LABEL})+(?:at|be|id|in|it))($|[^a-z0-9_.-]|\.$|\.[^a-z0-9_])",
        "${1}<host name>${2}",
    ),
    (r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5,}\b|\b[0-9a-f]{2}(?:-[0-9a-f]{2}){5}\b", "<mac address>"),
    (r"(\b(?:v|ver|version|release)[ :=.]{0,3}|~)[0-9]+(?:\.[0-9]+)+\b", "${1}9"),
    (rf"(?:::(?:ffff:)?)?\b(?:{_IPV4})\b", "<ip address>"),
    (
        rf"\b(?:(?:(?:mon|tue|wed|thu|fri|sat|sun),? +)?(?:{_DATE}|{_MONTH})"
        rf"(?:[-t: ]+[0-9]{{2}}[.:][0-9]{{2}}[.:][0-9]{{2}}(?:[.,][0-9]+)?)?"
        rf"(?:z|[+-][0-9]{{2}}:?[0-9]{{2}})?|{_CLOCK})\b",
        "<date time>",
    ),
    (r"\b[0-9][0-9a-z.:-]*[+~][0-9a-z.:+~-]*[a-z][0-9a-z.:+~-]*[0-9a-z]\b", "9"),  # a version, 1.2+dfsg-3~deb12u4
    (r"\b[0-9a-f]{1,4}::?(?:[0-9a-f]{1,4}:){2,6}[0-9a-f]{1,4}\b", "<ip address>"),
    (r"(^|[^a-z0-9_:.-])[0-9]{1,2}:[0-9]{2}($|[^a-z0-9_:.-])", "${1}<date time>${2}"),
    (r"< ?[0-9]+ ?(?:[mu]?s|sec|secs|seconds?|min|minutes?)\b", "<date time>"),
    (r"\bblk_-?[0-9]+(?:_[0-9]+)?\b(?:[ ,]+blk_-?[0-9]+(?:_[0-9]+)?\b)*", "<block id>"),
    (r"\b(app|appattempt|application|attempt|container|job|jvm|task)_[0-9]+(?:_[a-z0-9]+)*\b", "<${1} id>"),
    (r"\br[0-9a-f]{2}-m[0-9a-f](?:-[a-z0-9]+)*(?::[a-z0-9-]+)*\b", "<node id>"),
    (rf"\b{_SIZE} ?(?:bytes|[kmgtp]i?b)\b(?: ?\({_SIZE} ?[kmgtp]i?b\))?|\b[0-9]+\.[0-9]+ b\b", "9 bytes"),
    (
        r"\b(?:[a-z]+[0-9]+[a-z]+[0-9]{4,}[a-z0-9]*|(?:[a-z]+[0-9]+){3,}[a-z]*|[0-9]+(?:[a-z]+[0-9]+){2,}[a-z]*)\b",
        "9",
    ),
    (r"\b[0-9][0-9a-f]{1,3}\b", "9"),
)

_PAIR = r"\b([a-z_][a-z0-9_.-]*)=(?:\"[^\"]*\"|'[^']*'|(?:<[a-z ]+>|[^ ,;)\]}\"'<])+)"
LEAST_PAIRS = 3  # of key=value, whose values are then all taken for variables
STATEMENT = (
    (r"[+-]?[0-9]+(?:[.,:][0-9]+)*", VARYING),
    (r"<\*>(?:[^\p{Alphabetic}<>]{0,8}<\*>)+", VARYING),
    (r"\s+", " "),
)


def mask_texts(text: pl.Series) -> pl.Series:
    """The masked text of a String series; null and what says nothing are empty."""
    return _of_distinct(text, lambda masked: _texts(masked).to_frame("text"))["text"].alias(text.name)


def mask_contents(content: pl.Series) -> pl.DataFrame:
    """Columns text and statement of a String series of contents; both may be empty, neither is null."""
    return _of_distinct(
        content, lambda masked: pl.DataFrame({"text": _texts(masked), "statement": _statements(masked)})
    )


def spell_digits(text: pl.Series) -> pl.Series:
    """The same with meant digits spelled in letters, so that they outlast folding."""
    found = text.str.contains(_SPELLED)
    if not found.any():
        return text
    places = found.arg_true()
    spelled = text.gather(places)
    for pattern, letters in _SPELLINGS:
        spelled = spelled.str.replace_all(pattern, letters)
    return text.scatter(places, spelled)


def _of_distinct(text: pl.Series, forms: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    folded = _folded(text).alias("folded")
    distinct = folded.unique(maintain_order=True)
    found = forms(_masked(distinct)).insert_column(0, distinct)
    return folded.to_frame().join(found, on="folded", how="left", maintain_order="left").drop("folded")


def _folded(text: pl.Series) -> pl.Series:
    text = text.fill_null("").str.to_lowercase()
    for pattern, number in FOLDS:
        text = text.str.replace_all(pattern, number)
    return text.str.replace_all("0", "9", literal=True)


def _masked(text: pl.Series) -> pl.Series:
    for pattern, words in MASKS:
        text = text.str.replace_all(pattern, words)
    return text.str.replace_all(_PREFIXED_HEX, "<hex number>", literal=True)


def _texts(masked: pl.Series) -> pl.Series:
    return masked.str.replace_all(_STANDING, " ").str.replace_all(r"\P{Alphabetic}+", " ").str.strip_chars(" ")


def _both(masked: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"text": _texts(masked), "statement": _statements(masked)})


def _statements(masked: pl.Series) -> pl.Series:
    listed = masked.str.count_matches(_PAIR) >= LEAST_PAIRS
    statement = masked.zip_with(~listed, masked.str.replace_all(_PAIR, f"${{1}}={VARYING}"))
    for pattern, replacement in STATEMENT:
        statement = statement.str.replace_all(pattern, replacement)
    return statement.str.replace_many(_STANDING_FOR).str.strip_chars(" ")
