"""Times as lines write them: expressions that read ISO 8601, counts since 1970, syslog's times, and zones."""

from __future__ import annotations

import polars as pl

UTC_TIME = pl.Datetime("us", "UTC")
SECOND = 1_000_000  # microseconds
# Minutes east of Greenwich. Of names that several countries use, those of RFC 2822 (4.3) count as it says.
ZONE_MINUTES = {
    "Z": 0, "z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "SAST": 120, "IST": 330, "SGT": 480, "HKT": 480, "AWST": 480, "JST": 540, "KST": 540,
    "ACST": 570, "AEST": 600, "ACDT": 630, "AEDT": 660, "NZST": 720, "NZDT": 780, "BRT": -180, "EDT": -240,
    "EST": -300, "CDT": -300, "CST": -360, "MDT": -360, "MST": -420, "PDT": -420, "PST": -480, "AKDT": -480,
    "AKST": -540, "HST": -600,
}  # fmt: skip
_NAMES = "|".join(sorted(ZONE_MINUTES, key=len, reverse=True))
ZONE = rf" ?(?:[+-][0-9]{{2}}:?[0-9]{{2}}|{_NAMES})\b|[+-][0-9]{{2}}\b"
LAST_ZONE = rf"^(?P<before>.*)(?P<zone>[+-][0-9]{{2}}:?[0-9]{{2}}|\b(?:{_NAMES}))\b(?P<behind>.*)$"
# Pieces of an ISO 8601 time; what is finer than a microsecond is cut off.
ISO_TIME = (
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    rf"(?:[.,](?P<fraction>[0-9]{{1,6}})[0-9]*)?(?P<zone>{ZONE})?"
)
ISO_PIECES = ("date", "clock", "fraction", "zone")
MONTH_TIME = r"[A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2}"  # of RFC 3164
# How lines begin that have a time of their own, in whatever way it is written.
DATED = (
    r"^[\[(<\"]?(?:[0-9]{4}[-/. ]?[0-9]{2}[-/. ]?[0-9]{2}[T_ :-]{1,2}[0-9]|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}[T ]"
    r"|[0-9]{1,2}[-/ ][A-Z][a-z]{2}[-/ ][0-9]{4}|[0-9]{2}[-/.][0-9]{2} [0-9]{2}:[0-9]{2}"
    r"|(?:[A-Z][a-z]{2},? {1,2})?[A-Z][a-z]{2} {1,2}[0-9]{1,2},? (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}|[0-9]{10}[.: ])"
)
# Above these a count since 1970 is finer than seconds, milliseconds, microseconds: they lie in 5138 and in 1973.
EPOCH_UNITS = ((1e11, SECOND), (1e14, 1_000), (1e17, 1))


def parse_iso_time(date: pl.Expr, clock: pl.Expr, fraction: pl.Expr, zone: pl.Expr) -> pl.Expr:
    """A UTC time from yyyy-mm-dd, hh:mm:ss, up to six digits of a second and a ZONE; null zones are UTC."""
    naive = pl.concat_str(date, clock, separator=" ").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    return _as_utc(naive.to_physical() + parse_fraction(fraction) - parse_offset(zone))


def parse_fraction(digits: pl.Expr) -> pl.Expr:
    """Microseconds from up to six digits behind a point; 0 where they are null."""
    return digits.str.pad_end(6, "0").str.to_integer(strict=False).fill_null(0)


def parse_offset(zone: pl.Expr) -> pl.Expr:
    """Microseconds east of Greenwich of a ZONE; 0 where it is null."""
    zone = zone.str.strip_chars_start(" ")
    hours = zone.str.slice(1, 2).str.to_integer(strict=False)
    minutes = zone.str.slice(3).str.strip_prefix(":").str.to_integer(strict=False).fill_null(0)
    east = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1) * (hours * 60 + minutes)
    named = zone.replace_strict(ZONE_MINUTES, default=None, return_dtype=pl.Int64)
    return pl.coalesce(named, east).fill_null(0) * 60 * SECOND


def parse_iso_text(text: pl.Expr) -> pl.Expr:
    """A UTC time from a text that is an ISO 8601 time and nothing else."""
    pieces = text.str.extract_groups(f"^{ISO_TIME}$").struct
    return parse_iso_time(*(pieces.field(name) for name in ISO_PIECES))


def parse_epoch_time(seconds: pl.Expr, microseconds: pl.Expr | None = None) -> pl.Expr:
    """A UTC time from digits that count seconds since 1970, null where they are not digits."""
    total = seconds.str.to_integer(strict=False) * SECOND
    if microseconds is not None:
        total = total + microseconds.str.to_integer(strict=False).fill_null(0)
    return _as_utc(total)


def parse_epoch_count(text: pl.Expr, microseconds: int | None = None) -> pl.Expr:
    """A UTC time from a number since 1970, with or without a point, null where it is none.

    It counts in units of so many microseconds; without, its size says of which: seconds, milli-, micro- or nanoseconds.
    """
    value = text.cast(pl.Float64, strict=False)
    total = value * microseconds if microseconds else _sized(value)
    return _as_utc(pl.when(total.abs() < 2**62).then(total.round()).cast(pl.Int64))


def _sized(value: pl.Expr) -> pl.Expr:
    found = value / 1_000
    for limit, microseconds in reversed(EPOCH_UNITS):
        found = pl.when(value.abs() < limit).then(value * microseconds).otherwise(found)
    return found


def parse_month_time(text: pl.Expr, year: int) -> pl.Expr:
    """A UTC time of a year from a MONTH_TIME; null where the year has no such day."""
    dated = pl.concat_str(pl.lit(f"{year} "), text.str.replace("  ", " ", literal=True))
    return dated.str.to_datetime("%Y %b %d %H:%M:%S", time_unit="us", strict=False, time_zone="UTC")


def _as_utc(microseconds: pl.Expr) -> pl.Expr:
    return microseconds.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
