"""`crosslog …` for people: what there is and what waits for review; no stage is run from here."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from crosslog import artifacts, schemas
from crosslog.interpretation import review, table
from crosslog.settings import Settings, SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
OPEN = ("pending", "rejected")
COMPARISON = Path("reports/comparison.md")
KnownError = (artifacts.ArtifactError, table.TableError, review.ReviewError, SettingsError)


@app.command()
def status() -> None:
    """Per system, how many interpretations there are and who has looked at them; and which reports exist."""
    try:
        run = Settings.load().run
        listing = Table("system", "rows", *schemas.STATUSES, "with problems", title=f"suite {run.name}")
        for system in run.systems:
            listing.add_row(system, *_counts(system))
        Console().print(listing)
        for name in run.experiments:
            reports = sorted(path.stem for path in Path("reports/metrics", name).glob("*.json"))
            _say(f"{name}: {', '.join(reports) or 'no report yet'}")
        _say(f"{COMPARISON}: {'there' if COMPARISON.exists() else 'not yet; run `dvc repro`'}")
    except KnownError as error:
        raise _refusal(error) from None


@app.command("review")
def review_(
    system: str,
    approve: Annotated[list[str] | None, typer.Option(help="KEY: the sentence is right")] = None,
    edit: Annotated[tuple[str, str] | None, typer.Option(help='KEY "sentence": put this one in its place')] = None,
    reject: Annotated[tuple[str, str] | None, typer.Option(help='KEY "note": ask again, with this note')] = None,
    reviewer: Annotated[str | None, typer.Option(envvar="CROSSLOG_REVIEWER", help="your name")] = None,
) -> None:
    """List the rows that nobody has looked at, most frequent first; or decide about some. A key may be cut short."""
    decisions = [(key, {"status": "approved"}) for key in approve or []]
    if edit:
        decisions.append((edit[0], {"status": "edited", "interpretation": edit[1], "source": "person"}))
    if reject:
        decisions.append((reject[0], {"status": "rejected", "note": reject[1]}))
    try:
        frame = _rows(system)
        if decisions:
            frame = _decided(system, frame, decisions, reviewer or getpass.getuser())
        _list(frame)
    except KnownError as error:
        raise _refusal(error) from None


def _counts(system: str) -> list[str]:
    if not table.path_of(system).exists():
        return ["none yet"]
    rows = _rows(system)
    counts = [rows.filter(pl.col("status") == name).height for name in schemas.STATUSES]
    return [str(count) for count in (rows.height, *counts, rows.filter(pl.col("problems") != "").height)]


def _rows(system: str) -> pl.DataFrame:
    path = table.path_of(system)
    if not path.exists():
        raise artifacts.ArtifactError(f"{path} is not there: run `dvc repro interpret@{system}`")
    return table.read(path.read_bytes(), str(path))


def _decided(
    system: str, frame: pl.DataFrame, decisions: list[tuple[str, dict[str, str]]], reviewer: str
) -> pl.DataFrame:
    signed = {"reviewer": reviewer, "reviewed_at": datetime.now(UTC).isoformat(timespec="seconds")}
    for key, changes in decisions:
        frame = review.decided(frame, key, {**changes, **signed})
    path = table.path_of(system)
    artifacts.write_text(path, table.formatted(artifacts.checked(frame, schemas.Interpretations, path)))
    _say(f"{path}: {len(decisions)} decided; `dvc repro` computes what depends on them")
    return frame


def _list(frame: pl.DataFrame) -> None:
    waiting = frame.filter(pl.col("status").is_in(OPEN)).sort(["occurrences", "key"], descending=[True, False])
    listing = Table("key", "occurrences", "template", "interpretation", "problems", title=f"{waiting.height} to review")
    for row in waiting.select("key", "occurrences", "template", "interpretation", "problems").iter_rows():
        listing.add_row(*[_plain(str(cell)) for cell in row])
    Console().print(listing)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")  # rich would read `[...]` as a style


def _say(text: str) -> None:
    Console().print(_plain(text), soft_wrap=True)


def _refusal(error: Exception) -> typer.Exit:
    Console(stderr=True).print(_plain(str(error)), style="red", soft_wrap=True)
    return typer.Exit(1)
