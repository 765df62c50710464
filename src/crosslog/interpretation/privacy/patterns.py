"""What names a person, a machine or a secret, as regular expressions: in order, each sees what those before it left.

Each takes linear time whatever it meets: where a repetition may begin at every letter, it is bounded, or what is in
front of it says that it began there.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import NamedTuple

# Words that follow "user" or "password" in a message without being anybody's; accounts that every machine has.
NOBODY = (
    "root|nobody|daemon|system|administrator|guest|anonymous|none|null|nil|true|false|unknown|invalid|illegal|incorrect|"
    "wrong|bad|missing|required|expired|disabled|enabled|locked|denied|failed|failure|error|changed|change|reset|empty|"
    "not|no|is|was|are|were|has|had|have|does|did|can|cannot|will|may|must|and|or|of|for|from|by|in|on|at|to|the|a|an|"
    "with|without|via|as|mode|space|level|land|process|processes|program|programs|code|data|input|interface|interrupt|"
    "job|jobs|task|tasks|thread|threads|memory|stack|limit|limits|quota|id|ids|name|names|group|groups|session|sessions|"
    "account|accounts|request|requests|command|commands|file|files|key|keys|list|table|database|agent|"
    "authentication|authorization|login|logins|logged|logout|logging|connection|disconnected|connected|check|verification|"
    "mismatch|value|info|information|profile|permission|permissions|policy|hold|interaction|application|applications|"
    "instruction|exception|abort|aborted|action|actions|defined|specified|supplied|string|service|ring|port|ports"
)
# What a name with digits at its end may start with and be a machine.
MACHINE = (
    "node|nid|host|server|srv|svr|worker|compute|login|rack|gpu|cpu-?node|dn|cn|ln|bn|web|db|mail|vm|ws|pc|gw|router|"
    "switch|master|slave|head|storage|oss|mds|tbird|ubuntu|debian|centos|laptop|desktop"
)
# What a name with a hyphen and a digit may start with and be no machine.
TERM = (
    "utf|iso|ieee|rfc|ecc|sha|md|aes|ext|nfs|ip|ipv|tcp|udp|http|ssl|tls|x|l|p|i|ia|ppc|arm|amd|intel|pci|usb|scsi|ide|ata|sata|"
    "raid|ddr|dma|irq|cpu|core|thread|pool|level|tier|type|phase|step|stage|part|class|mode|layer|port|bit|line|page|"
    "channel|slot|bank|unit|lane|version|release|rev|build|patch|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
)
ZONES = (
    "com|org|net|edu|gov|mil|info|biz|cloud|local|localdomain|lan|internal|intern|intra|corp|home|arpa|"
    "de|uk|fr|nl|ch|se|fi|dk|pt|cz|ru|cn|jp|kr|in|br|au|ca|us|eu|it|es|pl|be|at|no|io|ai"
)
SHORT_ZONES = "com|org|net|edu|gov|mil|local|localdomain|lan|internal|corp|de|uk|fr|nl|jp|cn|ru|eu"  # enough for a.zone
PACKAGES = "java|javax|jdk|sun|com|org|net|edu|io|scala|akka|kafka|python|www|std|sys|os"  # com.company.Class, sys.net
SECRET = (
    r"api[_ -]?key|access[_-]?key(?:[_-]?id)?|secret(?:[_-]?(?:access[_-]?)?key)?|client[_-]?secret|private[_-]?key|"
    r"(?:auth|access|refresh|session|id|csrf)?[_-]?token|pass(?:word|wd|phrase|code)?|pwd|credentials?|session[_-]?id|"
    r"cookie|signature|sig|pin"
)
ACCOUNT = r"user(?:[_ ]?(?:name|id))?|usr|ruser|luser|login|logname|owner|acct|account|principal|[er]?uid|auid|suid"
DIGIT = re.compile(r"\d")
ADDRESS_END = re.compile(r"[%/]")
HEXADECIMAL = re.compile(r"[0-9a-f]+")
LAST_WORD = re.compile(r"\W")
_OCTETS = r"(?:\d{1,3}\.){3}\d{1,3}"
_SIX = rf"(?:[0-9a-f]{{0,4}}:){{2,7}}(?:{_OCTETS}|[0-9a-f]{{0,4}})"


class Mask(NamedTuple):
    """What to look for and what to put there; a function puts back what only looks alike."""

    pattern: re.Pattern[str]
    put: str | Callable[[re.Match[str]], str]


def _rule(pattern: str, put: str | Callable[[re.Match[str]], str], flags: int = 0) -> Mask:
    return Mask(re.compile(pattern, flags), put)


def _address(found: re.Match[str]) -> str:
    text = ADDRESS_END.split(found[0].strip("[]"))[0]
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return found[0]
    return "<address>" if DIGIT.search(text) else found[0]


def _email(found: re.Match[str]) -> str:
    """An address of mail; a class with a capital in it, at the hexadecimal number of an object, is one of Java's."""
    name, _, zone = found[0].rpartition("@")
    is_object = HEXADECIMAL.fullmatch(zone) and any(map(str.isupper, LAST_WORD.split(name)[-1]))
    return found[0] if is_object else "<email>"


def _card(found: re.Match[str]) -> str:
    """A number that passes Luhn's test, as those of cards do."""
    digits = [int(letter) for letter in found[0] if letter.isdigit()]
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits[::-1])]
    return found[0] if sum(doubled) % 10 else "<number>"


def _iban(found: re.Match[str]) -> str:
    """An account's number that passes the test of ISO 13616: its letters as numbers, 1 modulo 97."""
    text = found[0].replace(" ", "")
    passes = int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1
    return "<number>" if passes else found[0]


PRIVATE_MASKS = (
    # secrets: what looks like one
    _rule(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", "<secret>", re.DOTALL),
    _rule(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?", "<secret>"),
    _rule(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}|\b(?:gh[pousr]|github_pat|glpat|hf)[_-]\w{16,}", "<secret>"),
    _rule(r"\bxox[abprs]-[\w-]{10,}|\b(?:sk|pk|rk)[-_](?=[\w-]{0,80}\d)[\w-]{16,}", "<secret>"),
    _rule(r"\bSHA256:[A-Za-z0-9+/]{40,}=?|\b(?:[0-9a-fA-F]{2}:){15,}[0-9a-fA-F]{2}\b", "<secret>"),
    # secrets: what is said to be one
    _rule(r"\b([a-z][a-z0-9+.-]{0,30}://)[^\s/@<]+@", r"\1<secret>@", re.IGNORECASE),
    _rule(r"\b((?i:Bearer|Basic|Negotiate|Digest)\s+)(?=\S*(?:\d|=|[a-z][A-Z]))[\w.~+/=-]{8,}", r"\1<secret>"),
    _rule(
        rf"(?<![A-Za-z])((?:{SECRET})[\"']?\s*[=:]\s*)([\"']?)(?!(?:{NOBODY})\b|<)(?:(?<=[\"'])[^\"']*|[^\s,;&\"'()]+)",
        r"\1\2<secret>",
        re.IGNORECASE,
    ),
    _rule(rf"\b((?:{SECRET})\s+(?:is\s+)?)(?=\S*\d)(?=\S*[A-Za-z])[^\s,;<]{{6,}}", r"\1<secret>", re.IGNORECASE),
    # people
    _rule(r"(?<![\w.+-])[\w.+-]+@[A-Za-z][\w-]*(?:\.[\w-]+)*", _email),
    _rule(r"((?:/export|/usr)?/(?:home|Users)/|\\Users\\|\\Documents and Settings\\|(?<![\w/])~)[\w.-]+", r"\1<user>"),
    _rule(
        rf"(?<![A-Za-z])((?:{ACCOUNT})[\"']?(?:=|:\s?)[\"']?)(?!(?:{NOBODY})\b|[\w.]+=)[\w.\\$-]+",
        r"\1<user>",
        re.IGNORECASE,
    ),
    _rule(r"\b([er]?uid )\d+\b", r"\1<user>", re.IGNORECASE),
    _rule(
        rf"\b((?:for|by|from|of|to|as|invalid|illegal|unknown) user )(['\"]?)(?!(?:{NOBODY})\b)[\w.\\$-]+",
        r"\1\2<user>",
        re.IGNORECASE,
    ),
    _rule(
        rf"\b(user )(?!(?:{NOBODY})\b)['\"]?[\w.\\$-]+(?= (?:from|logged|login|on|at|by)\b)", r"\1<user>", re.IGNORECASE
    ),
    _rule(
        rf"\b((?:password|publickey|keyboard-interactive\S{0, 40}) for )(?!(?:{NOBODY}|user)\b)[\w.-]+(?= from\b)",
        r"\1<user>",
        re.IGNORECASE,
    ),
    _rule(rf"(?<=\()(?!(?:{NOBODY})\b)[\w.-]+(?=\) (?:CMD|LIST|REPLACE|BEGIN EDIT|END EDIT)\b)", "<user>"),
    _rule(r"\b(?!HK)[A-Z][A-Z0-9-]{1,63}\\(?![nrt]\b)[A-Za-z][\w.-]+(?!\\)\b", "<user>"),
    _rule(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", _iban),
    _rule(r"(?<![\w.-])[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{3,4}(?![\w.-])", _card),
    _rule(r"(?<![\w.+-])\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.-])", "<phone>"),
    _rule(r"(?<![\w.+-])(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?![\w.-])", "<phone>"),
    # machines
    _rule(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<id>", re.IGNORECASE),
    _rule(r"(?<![\w:-])(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4,6}[0-9a-f]{2}(?![\w:-])", "<mac>", re.IGNORECASE),
    _rule(r"(?<![\w.])(?=[0-9a-f.]{0,13}\d)[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])", "<mac>", re.IGNORECASE),
    _rule(
        rf"(?<![\w:.]){_SIX}(?:%\w+)?(?:/\d+)?(?![\w:])|\[{_SIX}(?:%\w+)?\]",
        _address,
        re.IGNORECASE,
    ),
    _rule(rf"(?<![\w.]){_OCTETS}(?:/\d{{1,2}})?(?!\w|\.\d)", _address),
    _rule(r"(://(?:<secret>@)?)(?!localhost\b)[\w.-]+", r"\1<host>"),
    _rule(r"\bip(?:-\d{1,3}){4}\b|\bR\d\d-M\d(?:-\w+)*(?::\w+(?:-\w+)*)?", "<host>"),  # of a cloud; of a Blue Gene
    _rule(
        rf"(?<![\w.@/$-])(?!(?:{PACKAGES})\.)(?:[a-z0-9][a-z0-9-]*\.)+(?:[a-z0-9-]{{2,}}\.(?:{ZONES})|(?:{SHORT_ZONES}))"
        r"\.?(?![\w$-]|\.\w)",
        "<host>",
        re.IGNORECASE,
    ),
    _rule(rf"(?<![\w.$-])(?:{MACHINE})-?\d+(?:-?[a-z])?(?![\w$]|\.\w)", "<host>", re.IGNORECASE),
    _rule(
        rf"(?<![\w.$/#-])(?!(?:{TERM})\d*-)[a-z][a-z0-9]*(?:-\w+)*-[a-z]*\d\w*(?![\w$.-])",
        "<host>",
        re.IGNORECASE,
    ),
    # secrets: what is too long and mixed to be a word
    _rule(r"(?<![\w.])(?=\w*\d)(?:0x)?[0-9a-fA-F]{32,}(?!\w)", "<secret>"),
    _rule(
        r"(?<![\w+/=.])(?=[A-Za-z0-9+]*[a-z])(?=[A-Za-z0-9+]*[A-Z])(?=(?:[A-Za-z+]*\d){3})[A-Za-z0-9+]{32,}(?:={0,2})(?![\w+/])",
        "<secret>",
    ),
    _rule(r"(?<![\w+/=.])(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{22,}={1,2}(?![\w=])", "<secret>"),
)
