"""Severity words of logs on one scale, 0 debug … 7 emergency; -1 where a word says nothing."""

from __future__ import annotations

UNKNOWN = -1
# syslog (RFC 5424, turned round so that higher is worse), log4j, and BlueGene/L's RAS severities between them.
SEVERITIES = {
    "trace": 0, "debug": 0, "fine": 0,
    "info": 1, "information": 1,
    "notice": 2,
    "warn": 3, "warning": 3,
    "err": 4, "error": 4,
    "crit": 5, "critical": 5, "severe": 5,
    "alert": 6, "failure": 6,
    "emerg": 7, "emergency": 7, "panic": 7, "fatal": 7,
}  # fmt: skip
