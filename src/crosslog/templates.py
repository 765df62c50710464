"""The name of a template that outlives a run: by it rooms find the same template again."""

from __future__ import annotations

import hashlib


def template_key(template: str) -> str:
    """The first 16 hexadecimal digits of the template's SHA-256."""
    return hashlib.sha256(template.encode()).hexdigest()[:16]
