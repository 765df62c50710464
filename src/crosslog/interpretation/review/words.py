"""Lists of words that the checks go by."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Meanings say what happened, never what to think of it: such a word is a guess unless the message has it.
VERDICT_WORDS = _words(
    "anomaly anomalies anomalous abnormal abnormally normal normally benign harmless suspicious malicious"
)
# Frequent small words of English that are in hardly any other language; a whole sentence does not do without.
ENGLISH = _words("the of and to is was were are its not because from with that which by for has have been")
# Frequent small words of German, French, Spanish, Italian, Dutch, Swedish and Portuguese that are not English.
FOREIGN = _words(
    "der das und nicht ist ein eine wurde von mit auf le la les des une est pas dans pour el los las una del que por "
    "con para il lo gli che non di het een niet van voor och att som inte em uma"
)
COMMON_NAMES = _words("i id ip io i/o os url uri api tcp udp http it")
# A word that makes a message say the contrary.
OPPOSITES = _words(
    "no not in out up down on off start stop started stopped open opened close closed enabled disabled lost recovered "
    "succeeded failed success failure"
)
