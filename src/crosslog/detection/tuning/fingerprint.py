"""One digest of everything that a search hangs on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def fingerprint(parts: Mapping[str, bytes]) -> str:
    """SHA-256 of named contents, whatever their order; no content can be taken for another's name or for two."""
    digest = hashlib.sha256()
    for name in sorted(parts):
        for piece in (name.encode(), parts[name]):
            digest.update(len(piece).to_bytes(8, "big"))
            digest.update(piece)
    return digest.hexdigest()
