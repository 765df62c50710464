"""Where JSON logs of common shippers keep what: Kubernetes, journald, OpenTelemetry, Elastic's ECS, and loggers."""

from __future__ import annotations

from typing import Any

import orjson

# In the order in which they are tried.
COMMON_KEYS = {
    "message": (
        "message", "msg", "MESSAGE", "log", "body.stringValue", "body", "Body", "event.original", "text", "@message",
        "resourceLogs.0.scopeLogs.0.logRecords.0.body.stringValue",
    ),
    "time": (
        "@timestamp", "timestamp", "time", "ts", "__REALTIME_TIMESTAMP", "timeUnixNano", "Timestamp", "datetime",
        "date", "t", "@t", "observedTimeUnixNano", "resourceLogs.0.scopeLogs.0.logRecords.0.timeUnixNano",
    ),
    "level": (
        "level", "log.level", "severity", "severityText", "SeverityText", "levelname", "lvl", "loglevel", "PRIORITY",
        "severityNumber", "SeverityNumber", "@l", "resourceLogs.0.scopeLogs.0.logRecords.0.severityText",
    ),
    "node": ("host.name", "hostname", "_HOSTNAME", "kubernetes.node_name", "kubernetes.host", "host", "node"),
    "component": (
        "log.logger", "logger", "logger_name", "SYSLOG_IDENTIFIER", "service.name", "kubernetes.container_name",
        "component", "module", "program", "_COMM", "service", "name",
    ),
}  # fmt: skip


def find_value(content: Any, key: str, path: list[str]) -> Any:
    """What an object has under a key that may have dots in it, or else under its path; None where it has none."""
    if key in content:
        return content[key]
    for step in path:
        if isinstance(content, dict):
            content = content.get(step)
        elif isinstance(content, list) and step.isascii() and step.isdigit() and int(step) < len(content):
            content = content[int(step)]
        else:
            return None
    return content


def format_value(value: Any) -> str:
    """A value as text, JSON where it is none.

    journald writes a message that is no UTF-8 as a list of its bytes: that becomes what they spell.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(type(item) is int and 0 <= item < 256 for item in value):
        return bytes(value).decode("utf-8", errors="replace")
    return orjson.dumps(value).decode()
