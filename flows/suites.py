"""Which suite a flow works on: those there are, the one that is meant, and the switch to it."""

from __future__ import annotations

from pathlib import Path

from crosslog.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[1]
AS_CHOSEN = "as chosen"
"""In place of a suite's name, which has no blank."""


class SuiteError(ValueError):
    """The asked suite is not there, or cannot be chosen; the message says what to do."""


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


def use_suite(name: str) -> None:
    """Make DVC work on a suite; only whoever holds the repository may do so.

    Raises
    ------
    SuiteError
        If another one is chosen.
    """
    chosen = Settings.load().run.name
    if name != chosen:
        raise SuiteError(f"params.yaml chooses the suite {chosen}: put `run: *{name}` there to run {name}")


def systems_of(suite: str) -> list[str]:
    """The systems of a suite, whichever is chosen at the moment."""
    return list(Settings.load().suites[suite].systems)
