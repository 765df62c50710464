"""Labels from beside the log: files that label sessions or lines, and events with the labels that they give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

import polars as pl

from crosslog.faults import UserError
from crosslog.logs.label_files import find_row_line, read_label_rows
from crosslog.logs.line_format import LineFormat
from crosslog.logs.reading import Member, read_member_text
from crosslog.systems import Labels, LabelSource

NORMAL_KIND = "Normal"
BY_SESSION = {"session": pl.String, "kind": pl.String}


class LabelError(UserError, ValueError):
    """A label file is missing, or not what systems.yaml or the format says."""


@dataclass(frozen=True, eq=False)
class LabelTable:
    """Labels of a system that do not stand in its lines.

    `frame` has a row per session (columns session, kind) or per line (line, kind); kind is null where it is normal. It
    is empty for the sources `tag`, `reviewed` (labels that come after parsing) and `none`.
    """

    source: LabelSource
    frame: pl.DataFrame

    @property
    def names_all(self) -> bool:
        """Whether it should name every session or line: a file without a normal one lists only what is anomalous."""
        return self.frame["kind"].null_count() > 0


def read_label_table(labels: Labels, line_format: LineFormat, files: list[Member]) -> LabelTable:
    """The labels that those of `files` hold which are label files.

    Raises
    ------
    LabelError
        If there is no label file, it cannot be read, labels something twice, or lacks what a correction names.
    """
    if labels.source == "sessions":
        return LabelTable(labels.source, _by_session(labels, line_format, files))
    if labels.source == "lines":
        return LabelTable(labels.source, _by_line(labels, files))
    return LabelTable(labels.source, pl.DataFrame(schema=BY_SESSION))


def _by_session(labels: Labels, line_format: LineFormat, files: list[Member]) -> pl.DataFrame:
    if line_format.label_file is None:
        raise LabelError(f"labels come from sessions, but {type(line_format).__name__} reads no file that labels them")
    kinds: dict[str, str | None] = {}
    for member in _matching(line_format.label_file, files):
        try:
            found = line_format.session_labels(read_member_text(member))
        except ValueError as error:
            raise LabelError(f"label file {member.name}: {error}") from None
        if twice := [session for session in found if kinds.get(session, found[session]) != found[session]]:
            raise LabelError(f"label file {member.name}: session {twice[0]} has another label in a file before")
        kinds |= found
    kinds |= _corrections(labels, kinds)
    return pl.DataFrame({"session": list(kinds), "kind": list(kinds.values())}, schema=BY_SESSION)


def _matching(pattern: str, files: list[Member]) -> Iterator[Member]:
    found = [member for member in files if fnmatch(member.name.rpartition("/")[2], pattern)]
    if not found:
        names = ", ".join(member.name for member in files[:5]) or "none"
        raise LabelError(f"no label file {pattern} among {len(files)} files ({names}): correct labels in systems.yaml")
    yield from found


def _corrections(labels: Labels, kinds: dict[str, str | None]) -> dict[str, str | None]:
    corrected: dict[str, str | None] = {}
    for name, sessions in labels.corrections.items():
        if unknown := [session for session in sessions if session not in kinds]:
            raise LabelError(f"labels.corrections.{name} names {unknown[0]}, which the label file does not")
        if name in labels.apply:
            corrected |= {session: None if kind == NORMAL_KIND else kind for session, kind in sessions.items()}
    return corrected


def _by_line(labels: Labels, files: list[Member]) -> pl.DataFrame:
    frames = [_lines_of(member, labels) for member in _matching(labels.file or "", files)]
    if len(frames) > 1:
        raise LabelError(f"{len(frames)} files match labels.file {labels.file}, but line numbers need a single one")
    return frames[0]


def _lines_of(member: Member, labels: Labels) -> pl.DataFrame:
    text, columns = read_member_text(member), [labels.line_column or "", labels.label_column or ""]
    try:
        rows = read_label_rows(text, columns)
    except ValueError as error:
        raise LabelError(f"label file {member.name}: {error}") from None
    rows = rows.select(
        "row",
        number=pl.col(columns[0]).str.strip_chars(),
        value=pl.col(columns[1]).str.strip_chars(),
    )
    rows = rows.with_columns(line=pl.col("number").str.to_integer(strict=False))
    kinds: dict[str, str | None] = {labels.normal or "": None, **labels.kinds}
    wrong = rows.select("row", problem=_problem(kinds)).drop_nulls("problem")
    for row, problem in wrong.head(1).rows():
        raise LabelError(f"label file {member.name}, line {find_row_line(text, row)}: {problem}")
    return rows.select(
        pl.col("line").cast(pl.UInt64),
        kind=pl.col("value").replace_strict(kinds, return_dtype=pl.String),
    )


def _problem(kinds: dict[str, str | None]) -> pl.Expr:
    known = ", ".join(f"{value} ({kind or 'normal'})" for value, kind in kinds.items())
    line, value = pl.col("line"), pl.col("value")
    return pl.coalesce(
        pl.when(line.is_null() | (line < 1)).then(pl.format("{} is no line number from 1", _shown("number"))),
        pl.when(~line.is_first_distinct()).then(pl.format("line {} is labelled a second time", line)),
        pl.when(~value.is_in(list(kinds)).fill_null(value=False)).then(
            pl.format("label {} is not known; known are {}", _shown("value"), pl.lit(known))
        ),
    )


def _shown(name: str) -> pl.Expr:
    return pl.format("'{}'", pl.col(name).fill_null(""))


def label_events(events: pl.DataFrame, table: LabelTable) -> pl.DataFrame:
    """Events with the labels of their source.

    Parameters
    ----------
    events : has line (UInt64), session and label (the tag of the line, or null)

    Returns
    -------
    pl.DataFrame
        The same rows in order, `label` as the source says, with `anomalous` (whether it has one) and `named` (false
        where the source should name the line or its session, and does not)
    """
    if table.source == "tag":
        named = events.with_columns(named=pl.lit(value=True))
    elif table.source in ("none", "reviewed"):
        named = events.with_columns(label=pl.lit(None, dtype=pl.String), named=pl.lit(value=True))
    else:
        named = _joined(events, table)
    return named.with_columns(anomalous=pl.col("label").is_not_null())


def _joined(events: pl.DataFrame, table: LabelTable) -> pl.DataFrame:
    key = "line" if table.source == "lines" else "session"
    frame = _by_first_line(events, table.frame) if "lines" in events.columns and key == "line" else table.frame
    needed = frame.join(events.select(key).unique(), on=key, how="semi")  # a few of half a million
    labels = needed.with_columns(named=pl.lit(value=True))
    found = events.join(labels, on=key, how="left", maintain_order="left")
    unnamed = pl.lit(not table.names_all) & pl.col(key).is_not_null()
    return found.with_columns(label="kind", named=pl.col("named").fill_null(unnamed)).drop("kind")


def _by_first_line(events: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """The labels of all lines that an event spans at its first line: the first kind of anomaly among them."""
    if events.is_empty() or events["lines"].max() == 1:
        return labels
    spans = events.select("line", "lines", first="line").sort("line")
    placed = labels.sort("line").join_asof(spans, on="line", strategy="backward")
    within = placed.filter(pl.col("line") < pl.col("first") + pl.col("lines"))
    grouped = within.group_by("first", maintain_order=True).agg(pl.col("kind").drop_nulls().first())
    return grouped.rename({"first": "line"})


def find_unknown_sessions(table: LabelTable, seen: set[str]) -> list[str]:
    """Sessions that are labelled but that the log never has, in the order of the label file."""
    if table.source != "sessions":
        return []
    return [session for session in table.frame["session"].to_list() if session not in seen]


def find_unknown_lines(table: LabelTable, lines: int) -> list[int]:
    """Numbers of lines that are labelled but lie beyond the log's `lines` lines."""
    if table.source != "lines":
        return []
    return sorted(table.frame.filter(pl.col("line") > lines)["line"].to_list())
