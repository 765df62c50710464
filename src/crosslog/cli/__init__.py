"""`crosslog …` for people: what there is and what waits for review; no stage is run from here."""

from __future__ import annotations

from crosslog.cli.app import app

__all__ = ["app"]
