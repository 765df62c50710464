"""Which version of a file on a server a part of it belongs to, so that no two are put together (RFC 9110, 13.1.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from crosslog.atomic import write_json

WEAK = "W/"  # two files with the same weak tag may differ in their bytes


@dataclass(frozen=True)
class FileVersion:
    """What a server says of the version of a file that it sends; None where it does not."""

    url: str
    tag: str | None = None
    changed: str | None = None
    total: str | None = None  # bytes

    @classmethod
    def of(cls, url: str, headers: Mapping[str, str]) -> FileVersion:
        """What the headers of a response say, whole or of a range."""
        total = headers.get("Content-Range", "").rpartition("/")[2] or headers.get("Content-Length")
        return cls(url, headers.get("ETag"), headers.get("Last-Modified"), None if total == "*" else total)

    @property
    def condition(self) -> dict[str, str]:
        """Headers that ask for a range only where the file is still this version."""
        strong = self.tag if self.tag and not self.tag.startswith(WEAK) else self.changed
        return {"If-Range": strong} if strong else {}

    def differs(self, other: FileVersion) -> bool:
        """Whether anything that both say is not the same."""
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def _record(part: Path) -> Path:
    return part.with_name(part.name + ".version")


def read_version(part: Path) -> FileVersion | None:
    """The version that a part belongs to, where that is known."""
    try:
        return FileVersion(**json.loads(_record(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def keep_version(part: Path, version: FileVersion) -> None:
    """Write down which version a part belongs to, before the first byte of it is there."""
    write_json(_record(part), asdict(version))


def forget_version(part: Path) -> None:
    """Remove what was written down."""
    _record(part).unlink(missing_ok=True)
