"""`crosslog review …`: the decisions of a reviewer as sub-commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from crosslog.cli.terminal import refusals_as_words, say


def _argument(name: str, told: str) -> Any:
    return typer.Argument(metavar=name, help=told, show_default=False)


SystemName = Annotated[str, _argument("SYSTEM", "a system that has interpretations")]
RowKey = Annotated[str, _argument("KEY", "of a row; its start is enough where no other key has it")]
RowKeys = Annotated[list[str], _argument("KEY…", "of one row or several")]
Limit = Annotated[int, Option(min=1, help="rows to list")]
Reviewer = Annotated[
    str | None, Option(envvar="CROSSLOG_REVIEWER", help="your name; else Git's user.name, else your login's")
]


class ReviewGroup(typer.core.TyperGroup):
    """Sub-commands of which a wrong one is answered with what was meant, where that is plain."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As every group does."""
        from crosslog.cli.review import rows  # noqa: PLC0415 half a second that `--help` need not take

        if args and args[0] not in self.commands and args[0] in rows.list_systems():
            ctx.fail(f"{args[0]!r} is a system; say what to do: crosslog review list {args[0]}")
        return super().resolve_command(ctx, args)


review = typer.Typer(cls=ReviewGroup, help="See what waits for a person, and decide: by key, as a page, or as one CSV.")


@review.callback(invoke_without_command=True)
def begin(context: typer.Context) -> None:
    """See what waits for a person, and decide: by key, as a page, or as one CSV. Alone: the progress of all systems."""
    if context.invoked_subcommand is None:
        show_status()


@review.command("status")
def show_status() -> None:
    """How far the review of every system has come."""
    with refusals_as_words():
        from crosslog.cli.review import progress  # noqa: PLC0415

        progress.show_systems()


@review.command("list")
def list_open(system: SystemName, limit: Limit = 20) -> None:
    """The open rows of a system, the one most worth a look first."""
    with refusals_as_words():
        from crosslog.cli.review import listing  # noqa: PLC0415

        listing.show_open(system, limit)


@review.command("approve")
def approve_rows(system: SystemName, keys: RowKeys, reviewer: Reviewer = None) -> None:
    """These sentences are right."""
    with refusals_as_words():
        from crosslog.interpretation.review import decisions  # noqa: PLC0415

        _write(system, ((key, decisions.approve()) for key in keys), reviewer)


@review.command("edit")
def edit_row(
    system: SystemName,
    key: RowKey,
    sentence: Annotated[str, _argument("SENTENCE", "what to put in place")],
    reviewer: Reviewer = None,
) -> None:
    """Put another sentence in place."""
    with refusals_as_words():
        from crosslog.interpretation.review import decisions  # noqa: PLC0415

        _write(system, [(key, decisions.edit(sentence))], reviewer)


@review.command("reject")
def reject_row(
    system: SystemName,
    key: RowKey,
    note: Annotated[str, _argument("NOTE", "what is wrong with the sentence")],
    reviewer: Reviewer = None,
) -> None:
    """Have a sentence asked again, with a note for whoever writes the next."""
    with refusals_as_words():
        from crosslog.interpretation.review import decisions  # noqa: PLC0415

        _write(system, [(key, decisions.reject(note))], reviewer)


@review.command("reopen")
def reopen_rows(system: SystemName, keys: RowKeys, reviewer: Reviewer = None) -> None:
    """Take decisions about sentences back."""
    with refusals_as_words():
        from crosslog.interpretation.review import decisions  # noqa: PLC0415

        _write(system, ((key, decisions.reopen()) for key in keys), reviewer)


@review.command("judge")
def judge_row(
    system: SystemName,
    key: Annotated[str | None, _argument("KEY", "of the row to judge")] = None,
    verdict: Annotated[str | None, _argument("VERDICT", "normal, anomalous, depends or none")] = None,
    limit: Limit = 20,
    reviewer: Reviewer = None,
) -> None:
    """Say what events of a template are; without KEY and VERDICT: list those whose verdict helps most."""
    with refusals_as_words():
        from crosslog.cli.review import listing  # noqa: PLC0415
        from crosslog.interpretation.review import decisions  # noqa: PLC0415

        if key is None:
            listing.show_to_judge(system, limit)
        elif verdict is None:
            raise decisions.ReviewError(f"what is {key}? normal, anomalous, depends, or none to take a verdict back")
        else:
            told = verdict.strip().lower()
            _write(system, [(key, decisions.judge_template("" if told == "none" else told))], reviewer)


@review.command("serve")
def serve_review(
    system: Annotated[str | None, _argument("SYSTEM", "the system to show first")] = None,
    port: Annotated[int, Option(min=0, max=65535, help="of the page; 0: any that is free")] = 0,
    reviewer: Reviewer = None,
) -> None:
    """The review as a web page for this machine alone."""
    with refusals_as_words():
        from crosslog.cli.page import server  # noqa: PLC0415

        server.serve_page(system, port, reviewer)


@review.command("export")
def export_file(file: Annotated[Path, _argument("FILE", "the CSV to write")]) -> None:
    """Write what is open, of all systems, as one CSV for a spreadsheet."""
    with refusals_as_words():
        from crosslog.cli.review import exchange  # noqa: PLC0415

        say(exchange.export_open(file))


@review.command("import")
def import_file(
    file: Annotated[Path, _argument("FILE", "a CSV that was exported, and decided in")],
    reviewer: Reviewer = None,
) -> None:
    """Take in what was decided in an exported CSV."""
    with refusals_as_words():
        from crosslog.cli.review import exchange  # noqa: PLC0415

        say(exchange.import_decisions(file, reviewer))


def _write(system: str, taken: Iterable[tuple[str, Mapping[str, str]]], reviewer: str | None) -> None:
    from crosslog.cli.review import rows  # noqa: PLC0415

    say(rows.write_decisions(system, [(key, dict(changes)) for key, changes in taken], reviewer))
