"""Headers of widely used programs' logs, as options of the format `pattern`; what they stand for is told by a time."""

from __future__ import annotations

from typing import Any

_ISO = "%Y-%m-%d %H:%M:%S"
KNOWN_PATTERNS: dict[str, dict[str, Any]] = {
    "log4j": {
        "pattern": r"<Date> <Time> <Level> \[<Thread>\] <Component>( -|:) <Content>",
        "time_format": f"{_ISO},%3f",
    },
    "log4j, thread last": {
        "pattern": r"<Date> <Time> <Level> <Component> \[<Thread>\]( -|:) <Content>",
        "time_format": f"{_ISO},%3f",
    },
    "log4j, without thread": {
        "pattern": "<Date> <Time> <Level> <Component>( -|:) <Content>",
        "time_format": f"{_ISO},%3f",
    },
    "Spring Boot": {
        "pattern": r"<Date> <Time> <Level> <PID> --- \[<Thread>\] <Component> : <Content>",
        "time_format": f"{_ISO}%.3f",
    },
    "Python": {
        "pattern": "<Date> <Time> - <Component> - <Level> - <Content>",
        "time_format": f"{_ISO},%3f",
    },
    "Python, level first": {
        "pattern": "<Date> <Time> <Level> <Component>: <Content>",
        "time_format": f"{_ISO},%3f",
    },
    "Spark": {
        "pattern": "<Date> <Time> <Level> <Component>: <Content>",
        "time_format": "%y/%m/%d %H:%M:%S",
    },
    "ZooKeeper": {
        "pattern": r"<Date> <Time> - <Level> \[<Thread>:<Component>@<Id>\] - <Content>",
        "time_format": f"{_ISO},%3f",
    },
    "PostgreSQL": {
        "pattern": r"<Date> <Time> <Zone> \[<PID>\] (<Node> )??<Level>: <Content>",
        "time_format": f"{_ISO}%.3f %Z",
        "time_fields": ("Date", "Time", "Zone"),
    },
    "MySQL": {
        "pattern": r"<Time>Z <Thread> \[<Level>\] \[<Code>\] \[<Component>\] <Content>",
        "time_format": "%Y-%m-%dT%H:%M:%S%.6f",
    },
    "Apache, errors": {
        "pattern": r"\[<Time>\] \[(<Component>:)?<Level>\] (\[pid <PID>\] )?<Content>",
        "time_format": "%a %b %d %H:%M:%S%.f %Y",
    },
    "nginx, errors": {
        "pattern": r"<Date> <Time> \[<Level>\] <PID>#<Tid>: <Content>",
        "time_format": "%Y/%m/%d %H:%M:%S",
    },
    "web server, requests": {
        "pattern": r"<Host> <Ident> <User> \[<Time>\] <Content>",
        "time_format": "%d/%b/%Y:%H:%M:%S %z",
    },
    "Redis": {
        "pattern": r"<PID>:<Component> <Time> [*#.-] <Content>",
        "time_format": "%d %b %Y %H:%M:%S%.3f",
    },
    "Android": {
        "pattern": "<Date> <Time> <PID> <Tid> <Level> <Component>: <Content>",
        "time_format": "%m-%d %H:%M:%S%.3f",
    },
    "glog": {
        "pattern": r"[IWEF]<Date> <Time> <Tid> <Component>\] <Content>",
        "time_format": "%m%d %H:%M:%S%.6f",
    },
    "Windows servicing": {
        "pattern": "<Date> <Time>, <Level> <Component> <Content>",
        "time_format": _ISO,
    },
    "supervisord": {
        "pattern": "<Date> <Time> <Level> <Content>",
        "time_format": f"{_ISO},%3f",
    },
    "Go": {
        "pattern": "<Date> <Time> <Content>",
        "time_format": "%Y/%m/%d %H:%M:%S",
    },
    "day first": {
        "pattern": "<Date> <Time> <Level> <Content>",
        "time_format": "%d.%m.%Y %H:%M:%S",
    },
    "seconds since 1970": {
        "pattern": "<Timestamp> <Content>",
        "time_format": "epoch",
    },
}
