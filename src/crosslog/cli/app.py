"""The commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from crosslog.cli.review.commands import review
from crosslog.cli.terminal import refusals_as_words, say, trouble_as_words

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="What there is and what waits for review; no stage is run from here.",
)
app.add_typer(review, name="review")


@app.command()
def status() -> None:
    """Per system, how many interpretations there are and who has looked at them; and which reports exist."""
    from crosslog.cli.review import progress  # noqa: PLC0415 a command imports what it needs: an approval should feel instant

    with refusals_as_words():
        progress.show_run()


@app.command()
def use(suite: Annotated[str, Argument(help="a name in `suites` of params.yaml")]) -> None:
    """Choose the suite that `dvc repro` works on: write its lists into suite.yaml."""
    from crosslog.cli.use import use_suite  # noqa: PLC0415

    with refusals_as_words():
        say(use_suite(suite))


@app.command()
def look(
    file: Annotated[str, Argument(help="a log: a file, a folder or a glob, packed or not")],
    add: Annotated[str | None, Option(metavar="NAME", help="write it into systems.yaml under this name")] = None,
) -> None:
    """Which format reads a log, what its first lines say, what is odd in them, and its entry for systems.yaml."""
    with refusals_as_words():
        from crosslog.cli import look as looking  # noqa: PLC0415

        looking.look_at(file, add)


@app.command()
def detect(  # noqa: PLR0913, PLR0917 - an option each
    files: Annotated[list[str], Argument(metavar="FILE...", help="logs: files, folders, globs; - is standard input")],
    title: Annotated[str | None, Option("--as", metavar="FORMAT", help="read so; else, each format is tried")] = None,
    baseline: Annotated[list[str] | None, Option(metavar="FILE", help="a good day's log: what differs?")] = None,
    since: Annotated[str | None, Option(metavar="TIME", help="2026-03-01T12:00, or 90m, 2h, 3d before the end")] = None,
    top: Annotated[int, Option(min=1, help="findings to show")] = 10,
    context: Annotated[int, Option(min=0, max=1000, help="lines around the first of each")] = 1,
    budget: Annotated[int | None, Option(min=1, metavar="TOKENS", help="what fits a language model")] = None,
    as_json: Annotated[bool, Option("--json", help="one finding a line")] = False,
    html: Annotated[Path | None, Option(metavar="PAGE", help="write a page that opens from disk, too")] = None,
    judge: Annotated[bool, Option("--judge", help="ask for the verdicts that help most, first")] = False,
    page: Annotated[bool, Option("--page", help="the same on a page for this machine alone, until Ctrl-C")] = False,
    llm: Annotated[bool, Option("--llm", help="ask the model at OPENAI_BASE_URL about the worst")] = False,
    system: Annotated[str | None, Option(metavar="NAME", help="whose verdicts; else, the file's name")] = None,
    state: Annotated[Path | None, Option(metavar="DIR", help="what is remembered; else, your folder for such")] = None,
) -> None:
    """What matters in a log that nobody labelled, which line shows it, and why.

    Exit code 0: nothing, 1: findings, 2: trouble.
    """
    from crosslog.cli.detect.options import Asked  # noqa: PLC0415
    from crosslog.cli.detect.running import Shown, detect_findings  # noqa: PLC0415

    asked = Asked(tuple(files), title, tuple(baseline or ()), since, top, context, budget, system, state)
    with trouble_as_words():
        raise typer.Exit(detect_findings(asked, Shown(as_json, html, judge, page, llm)))


@app.command()
def labels(
    system: Annotated[str, Argument(help="a system with labels/<system>.csv")],
    limit: Annotated[int, Option(min=1, help="spans to list")] = 20,
) -> None:
    """How far the people who labelled a system's lines agree, and what still needs one."""
    with refusals_as_words():
        from crosslog.cli import labels as shown  # noqa: PLC0415

        shown.show_labels(system, limit)


@app.command()
def transfer(
    system: Annotated[str, Argument(help="the system that gets proposals")],
    source: Annotated[
        list[str] | None,
        Option("--from", help="a labelled system; without: all, but no simulated one for a real system"),
    ] = None,
    accept: Annotated[bool, Option("--accept", help="take the proposals that people accepted as verdicts")] = False,
    reviewer: Annotated[str | None, Option(envvar="CROSSLOG_REVIEWER", help="your name")] = None,
) -> None:
    """Propose verdicts for a system's templates from what is known of other systems' templates."""
    with refusals_as_words():
        from crosslog.cli import transfer as proposing  # noqa: PLC0415

        if accept:
            proposing.accept_verdicts(system, reviewer)
        else:
            proposing.propose_verdicts(system, source or [])
