"""Lines that belong to the event before them: those of a stack trace, and indented ones.

An event's content is that of its first line and, of the lines behind it, what names an error; the frames of a trace say
where it happened, differ from version to version, and are left out. `lines` is how many lines it spans.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from crosslog.logs.line_format import FIELDS, LineFormat
from crosslog.logs.parsing.cleaning import clean_lines
from crosslog.logs.parsing.remarks import RemarkTable

TRACE = (
    r"^\s*(?:at [\w.$<>/@ -]+\(|\.\.\. [0-9]+ (?:more|common frames)|Caused by: |Suppressed: |Traceback \(most recent"
    r'|File ".+", line [0-9]+|During handling of the above exception|The above exception was the direct cause'
    r"|goroutine [0-9]+ \[|stack backtrace:|[0-9]{1,4}: +0x[0-9a-f]+ - )"
)
ERROR = r"^\s*(?:Caused by: |Suppressed: )?([A-Za-z_][\w.$]*(?:Error|Exception|Throwable|Interrupt|Exit|Failure)\b.*)$"
INDENTED = r"^\s"
MOST_LINES = 1_000  # of an event: what goes on for longer is no trace
MOST_CHARACTERS = 2_000  # of what an event's later lines add to its content


def find_continuations(frame: pl.DataFrame, line_format: LineFormat) -> pl.Series:
    """Which lines of a frame (columns raw and the format's fields, in order) belong to the event before them."""
    opens = line_format.opens_event
    if line_format.join == "pattern":
        goes_on = frame.select((~opens | pl.col("raw").str.contains(TRACE)).fill_null(value=True)).to_series()
    else:
        found = pl.col("raw").str.contains(f"(?:{INDENTED})|(?:{TRACE})")
        goes_on = frame.select(found.fill_null(value=False)).to_series()
        if goes_on.any():
            strict = pl.col("raw").str.contains(TRACE) | ~opens
            goes_on &= frame.select(strict.fill_null(value=True)).to_series()
            goes_on |= _names_error_of_trace(frame["raw"], goes_on)
    return goes_on


def _names_error_of_trace(raw: pl.Series, goes_on: pl.Series) -> pl.Series:
    """Lines that name an error, not indented, between lines of a trace or in front of one."""
    before, behind = goes_on.shift(1, fill_value=False), goes_on.shift(-1, fill_value=False)
    near = (before | behind) & ~goes_on
    places = near.arg_true()
    named = raw.gather(places).str.contains(ERROR) if len(places) else pl.Series([], dtype=pl.Boolean)
    return near.scatter(places, named) if len(places) else near


@dataclass(frozen=True)
class LineFollower:
    """How many of some lines, behind the first, go on with what the first belongs to: the rule for cutting chunks."""

    line_format: LineFormat

    def __call__(self, lines: list[bytes]) -> int:
        """The number; blank lines go on with anything."""
        numbers = pl.int_range(len(lines), dtype=pl.UInt64, eager=True)
        clean = clean_lines(pl.DataFrame({"line": numbers, "raw": lines}), (), RemarkTable())
        frame = parse_fields(clean.with_columns(member=pl.lit("")), self.line_format)
        opens = frame["line"].filter(~find_continuations(frame, self.line_format))
        return int(opens.filter(opens > 0).min() or len(lines)) - 1  # type: ignore[arg-type]


def find_follower(line_format: LineFormat) -> LineFollower | None:
    """The rule for cutting chunks of a format; None where each line is an event."""
    return None if line_format.join == "none" else LineFollower(line_format)


def parse_fields(lines: pl.DataFrame, line_format: LineFormat) -> pl.DataFrame:
    """The lines (columns raw, member, and others) with the format's fields, and `yearless` where it has such times."""
    frame = lines.with_columns(parts=line_format.parts)
    yearless = {} if line_format.yearless is None else {"yearless": line_format.yearless}
    return frame.with_columns(**{name: line_format.columns[name] for name in FIELDS}, **yearless).drop("parts")


def join_lines(frame: pl.DataFrame, line_format: LineFormat, remarks: RemarkTable) -> pl.DataFrame:
    """A row per event, with `lines`, from a row per line (columns line, member_number, raw and the format's fields)."""
    frame = frame.with_columns(lines=pl.lit(1, dtype=pl.UInt32))
    if line_format.join == "none" or frame.is_empty():
        return frame
    goes_on = find_continuations(frame, line_format) & ~_starts_file(frame["member_number"])
    if not goes_on.any():
        return frame
    goes_on = _bounded(goes_on)
    remarks.add("joined", frame, goes_on)
    events = (~goes_on).cum_sum().alias("event")
    last = frame.select("line", events).group_by("event", maintain_order=True).agg(pl.col("line").last())["line"]
    firsts = frame.filter(~goes_on)
    said = _said_behind(frame["raw"].filter(goes_on), events.filter(goes_on))
    firsts = firsts.with_columns(events.filter(~goes_on)).join(said, on="event", how="left", maintain_order="left")
    whole = pl.concat_str("content", pl.lit(" "), "said")
    firsts = firsts.with_columns(
        content=pl.when(pl.col("said").is_null()).then("content").otherwise(whole),
        lines=(last - firsts["line"] + 1).cast(pl.UInt32),
    )
    return firsts.drop("event", "said")


def _starts_file(members: pl.Series) -> pl.Series:
    return members.ne_missing(members.shift(1))


def _bounded(goes_on: pl.Series) -> pl.Series:
    """Without every MOST_LINES-th line of an event, which begins another."""
    place = pl.int_range(len(goes_on), eager=True)
    start = pl.select(pl.when(~goes_on).then(place).forward_fill().fill_null(0)).to_series()
    return goes_on & ((place - start) % MOST_LINES != 0)


def _said_behind(raw: pl.Series, events: pl.Series) -> pl.DataFrame:
    """What the later lines of each event say of errors."""
    errors = raw.str.extract(ERROR).alias("said")
    found = pl.DataFrame([events, errors]).drop_nulls("said")
    joined = found.group_by("event", maintain_order=True).agg(pl.col("said").str.join(" "))
    return joined.with_columns(pl.col("said").str.slice(0, MOST_CHARACTERS))
