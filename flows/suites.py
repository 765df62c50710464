"""Which suite a flow works on: those there are, and the one that is meant."""

from __future__ import annotations

from pathlib import Path

from crosslog.faults import UserError
from crosslog.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[1]
AS_CHOSEN = "as chosen"
"""In place of a suite's name, which has no blank."""


class SuiteError(UserError, ValueError):
    """The asked suite is not there; the message lists those that are."""


def suite_names(folder: Path = REPOSITORY) -> list[str]:
    """Names of the suites in a repository's params.yaml."""
    return list(Settings.load(folder / "params.yaml").suites)


def find_suite(name: str) -> str:
    """The suite that is meant: the one of this name, or for AS_CHOSEN the one that is chosen at the moment.

    Raises
    ------
    SuiteError
        If there is no suite of this name; the message lists those there are.
    """
    settings = Settings.load()
    if name == AS_CHOSEN:
        return settings.run.name
    if name not in settings.suites:
        raise SuiteError(f"no suite {name!r}; there are: {', '.join(settings.suites)}")
    return name


def logs_of(suite: str) -> list[str]:
    """The logs of a suite's systems, whichever is chosen at the moment."""
    return list(Settings.load().suite(suite).logs)
