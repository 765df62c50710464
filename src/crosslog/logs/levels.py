"""Words for how severe an event is, and the numbers that stand for them."""

from __future__ import annotations

SYSLOG_LEVELS = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")  # RFC 5424, 6.2.1
OTEL_LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")  # four numbers each, from 1: OpenTelemetry's logs
# In small letters, as logs of many kinds write them; the single letters are Android's and glog's.
LEVEL_WORDS = frozenset(
    {
        "trace",
        "debug",
        "debug1",
        "debug2",
        "debug3",
        "debug4",
        "debug5",
        "fine",
        "finer",
        "finest",
        "verbose",
        "info",
        "information",
        "informational",
        "notice",
        "log",
        "statement",
        "detail",
        "hint",
        "warn",
        "warning",
        "error",
        "err",
        "severe",
        "failure",
        "crit",
        "critical",
        "alert",
        "fatal",
        "panic",
        "emerg",
        "emergency",
        "unknown",
        "audit",
        "success",
        "none",
        "v",
        "d",
        "i",
        "n",
        "w",
        "e",
        "f",
        "c",
        "a",
        "t",
        "s",
    }
)
