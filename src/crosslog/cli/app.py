"""The commands and their options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from typer import Argument, Option

from crosslog.cli.terminal import refusals_as_words, say

Block = TypeVar("Block")
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="What there is and what waits for review; no stage is run from here.",
)


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


@dataclass(frozen=True)
class Review:
    """What `crosslog review` was told."""

    system: Annotated[str | None, Argument(help="a system; without one: the progress of all")] = None
    approve: Annotated[list[str] | None, Option(metavar="KEY", help="the sentence is right; may be repeated")] = None
    edit: Annotated[tuple[str, str] | None, Option(metavar="KEY SENTENCE", help="put this sentence in place")] = None
    reject: Annotated[str | None, Option(metavar="KEY", help="have it asked again, with --note")] = None
    note: Annotated[str, Option(help="what is wrong with what is rejected")] = ""
    verdict: Annotated[
        tuple[str, str] | None, Option(metavar="KEY VERDICT", help="normal, anomalous, depends, or '' for none")
    ] = None
    reopen: Annotated[str | None, Option(metavar="KEY", help="take a decision back")] = None
    judge: Annotated[bool, Option("--judge", help="list those whose verdict helps most")] = False
    limit: Annotated[int, Option(min=1, help="rows to list")] = 20
    export: Annotated[Path | None, Option(metavar="FILE", help="write what is open, of all systems, as one CSV")] = None
    import_: Annotated[
        Path | None, Option("--import", metavar="FILE", help="take in what was decided in such a CSV")
    ] = None
    serve: Annotated[bool, Option("--serve", help="the same as a web page on this machine alone")] = False
    port: Annotated[int, Option(min=0, max=65535, help="of the page; 0: any that is free")] = 0
    reviewer: Annotated[
        str | None, Option(envvar="CROSSLOG_REVIEWER", help="your name; else Git's user.name, else your login's")
    ] = None


def take_options(block: type[Block]) -> Callable[[Callable[[Block], None]], Callable[..., None]]:
    """Make typer see a dataclass's fields as the options of a command that is given an instance of it."""

    def decorate(command: Callable[[Block], None]) -> Callable[..., None]:
        def run(**options: Any) -> None:
            command(block(**options))

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.signature(block, eval_str=True)  # type: ignore[attr-defined]
        return run

    return decorate


@app.command()
@take_options(Review)
def review(told: Review) -> None:
    """List the rows most worth a look, or decide about some. A key may be cut short where it stays the only one."""
    with refusals_as_words():
        if told.serve:
            from crosslog.cli.page import server  # noqa: PLC0415

            server.serve_page(told.system, told.port, told.reviewer)
        elif told.export or told.import_:
            _exchange(told)
        elif told.system:
            _one_system(told, told.system)
        else:
            from crosslog.cli.review import progress  # noqa: PLC0415

            progress.show_systems()


def _exchange(told: Review) -> None:
    from crosslog.cli.review import exchange  # noqa: PLC0415

    if told.import_:
        say(exchange.import_decisions(told.import_, told.reviewer))
    if told.export:
        say(exchange.export_open(told.export))


def _one_system(told: Review, system: str) -> None:
    from crosslog.cli.review import listing, rows  # noqa: PLC0415

    decisions = list(_decisions(told))
    if decisions:
        say(rows.write_decisions(system, decisions, told.reviewer))
    elif told.judge:
        listing.show_to_judge(system, told.limit)
    else:
        listing.show_open(system, told.limit)


def _decisions(told: Review) -> list[tuple[str, dict[str, str]]]:
    from crosslog.interpretation.review import decisions  # noqa: PLC0415

    found = [(key, decisions.approve()) for key in told.approve or []]
    if told.edit:
        found.append((told.edit[0], decisions.edit(told.edit[1])))
    if told.reject:
        found.append((told.reject, decisions.reject(told.note)))
    if told.verdict:
        found.append((told.verdict[0], decisions.judge_template(told.verdict[1])))
    if told.reopen:
        found.append((told.reopen, decisions.reopen()))
    return found


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
    source: Annotated[list[str] | None, Option("--from", help="a labelled system; without: all there are")] = None,
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
