"""What a flow's page in Prefect's UI says: tags, why it waits, and the report for whoever reads it in a browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Running

from crosslog.artifacts import report_path

WAITING = "WaitingForRepository"


def tag_run(tags: Sequence[str]) -> None:
    """Add tags to this flow run."""
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(flow_run.get_id()), tags=sorted({*flow_run.get_tags(), *tags}))


@contextmanager
def waiting(reason: str) -> Iterator[None]:
    """Say in the log, and in the state's name, that this run waits, for as long as the block takes."""
    get_run_logger().warning("waiting: %s", reason)
    _set_running(WAITING, reason)
    yield
    _set_running("Running", "")
    get_run_logger().info("waited long enough: it goes on")


def _set_running(name: str, message: str) -> None:
    """Set the state's name of this run and, where another flow called it, of the run that people see."""
    with get_client(sync_client=True) as client:
        for run in {str(flow_run.get_id()), str(flow_run.get_root_flow_run_id())}:
            client.set_flow_run_state(run, Running(name=name, message=message or None))


def publish_report(suite: str) -> None:
    """Publish the comparison and every table as one Markdown artifact; nothing where there is no comparison."""
    pages = report_pages(suite)
    if pages:
        written = datetime.fromtimestamp(max(page.stat().st_mtime for page in pages), UTC)
        create_markdown_artifact(
            key=f"report-{suite.replace('_', '-')}",
            markdown="\n\n".join(page.read_text(encoding="utf-8").strip() for page in pages) + "\n",
            description=f"The report of {suite}, as it was written {written:%Y-%m-%d %H:%M} UTC",
        )


def report_pages(suite: str) -> list[Path]:
    """The Markdown of a suite's report: the comparison and then every table."""
    comparison = report_path(suite, "comparison.md")
    return [comparison, *sorted(report_path(suite, "tables").glob("*.md"))] if comparison.exists() else []
