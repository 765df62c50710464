"""Fault words: what a person would grep for, how strongly each speaks, and what takes it back.

Severity names of syslog (RFC 5424), words of POSIX's descriptions of errors and signals (errno.h, signal.h), with their
usual forms, and the usual verbs of trouble. The lists were frozen before any target's labels were looked at; tuning
them to a target would make them a trained method.
"""

from __future__ import annotations

import re

import polars as pl

FAILURE_WORDS = (
    "error", "errors", "fail", "failed", "failure", "fatal", "panic", "critical", "emergency", "abort", "aborted",
    "crash", "crashed", "exception", "corrupt", "corrupted", "timeout", "unreachable", "refused", "denied", "dead",
    "killed", "lost", "invalid",
)  # fmt: skip
ANY_WORD = re.compile(rf"\b(?:{'|'.join(FAILURE_WORDS)})\b", re.IGNORECASE)

STRONG_WORDS = (
    "fail", "fails", "failing", "failed", "failure", "failures", "fatal", "panic", "panicked", "critical", "crit",
    "emergency", "emerg", "abort", "aborts", "aborted", "aborting", "crash", "crashed", "crashes", "corrupt",
    "corrupted", "corruption", "fault", "faults", "faulty", "segfault", "traceback", "oops", "deadlock", "oom",
    "out of memory", "catastrophic", "catastrophe", "severe", "broken", "dead", "dying", "killed", "core dump",
    "core dumped", "unrecoverable", "uncorrectable", "uncorrected", "unreadable", "no space left", "stack trace",
    r"\w*errors?", r"\w*exceptions?", "err", "bug",
)  # fmt: skip
WEAK_WORDS = (
    "warning", "warn", "alert", "alarm", "timeout", "timeouts", "timed out", "unreachable", "refused", "denied", "lost",
    "losing", "invalid", "illegal", "missing", "not found", "unable", "cannot", "can not", "can't", "could not",
    "couldn't", "rejected", "unexpected", "unexpectedly", "bad", "damaged", "unavailable", "not available",
    "disconnected", "expired", "exceeded", "exceeds", "not responding", "no response", "no answer", "does not answer",
    "unauthorized", "unauthorised", "forbidden", "too many", "too large", "too long", "degraded", "hang", "hung",
    "stuck", "stalled",
    "leak", "dropped", "mismatch", "interrupted", "stale", "overflow", "overrun", "underrun", "violation",
    "not permitted", "no such", "down", "gone", "halted", "insufficient", "exhausted", "overheating", "overheated",
    "over temperature", "misconfigured", "malformed", "unsupported", "conflict", "give up", "giving up", "gave up",
    "retries", "retrying", "suspended", "suspicious", "attack", "intrusion",
)  # fmt: skip
TAKEN_BACK = (
    r"no (?:\w+ )?(?:errors?|failures?|problems?|faults?|warnings?)",
    r"(?:0|zero) (?:errors?|failures?|failed|faults?|warnings?)",
    r"without (?:an? )?(?:errors?|failures?|problems?)", "corrected", "recovered", "restored", "resolved", "succeeded",
    "successful", "successfully", "success", "returned to normal", "back to normal", "normally", "healthy",
)  # fmt: skip
WEAKLY = 0.5


def find_fault_words(texts: pl.Expr) -> pl.Expr:
    """How much texts speak of a fault: 1 a strong word, .5 a weak one, half as much where the text takes it back."""
    strong, weak, back = (texts.str.contains(_any(words)) for words in (STRONG_WORDS, WEAK_WORDS, TAKEN_BACK))
    spoken = pl.when(strong).then(1.0).when(weak).then(WEAKLY).otherwise(0.0)
    return spoken * pl.when(back).then(WEAKLY).otherwise(1.0)


def extract_fault_word(texts: pl.Expr) -> pl.Expr:
    """The first strong word of each text, else the first weak one, else null."""
    strong, weak = (texts.str.extract(_any(words), 1) for words in (STRONG_WORDS, WEAK_WORDS))
    return pl.coalesce(strong, weak)


def _any(words: tuple[str, ...]) -> str:
    """Any of the words between characters that are no letter or digit; `_` is between words, too."""
    return rf"(?i)(?:^|[^a-z0-9])({'|'.join(words)})(?:$|[^a-z0-9])"
