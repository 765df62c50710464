"""The numbers in README, frozen in docs/numbers/, against those of the last run: the same, or within the tolerance.

`python -m bench.published_numbers simulated` after `make demo`, `… real` after `make crosyslog`: says which numbers the
run in reports/ has not given again, and exits with 1 where there are any. A method without a network must give the
very same figure, a network's may be off by `bench.variants.NETWORK_TOLERANCE`. With `--freeze` the rows of the file get
the values of the run instead; README's tables are then to be written anew, tests/test_readme.py says where.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.variants import NETWORK_TOLERANCE, is_network
from crosslog.artifacts import METRICS

DECIMALS = 3
HONEST, PUBLISHED = "/honest", "/published"
Row = dict[str, Any]
"""experiment, detector, level, metric, threshold; value, low, high, each to DECIMALS, or None."""


def main(words: Sequence[str] | None = None) -> int:
    """Compare or freeze one file; 0 if every number holds, else 1."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("name", choices=("simulated", "real"), help="of the file in docs/numbers")
    parser.add_argument("--freeze", action="store_true", help="take the run's numbers instead of comparing them")
    options = parser.parse_args(words)
    frozen, path = load_numbers(options.name), numbers_path(options.name)
    run = [measured_row(row) for row in frozen]
    if options.freeze:
        path.write_text(format_numbers(run), encoding="utf-8")
        return 0
    apart = list(describe_differences(frozen, run, is_network))
    print("\n".join(apart) or f"all {len(frozen)} numbers of {path} hold")
    return 1 if apart else 0


def numbers_path(name: str) -> Path:
    """Where the numbers of a run lie."""
    return Path("docs/numbers") / f"{name}.json"


def load_numbers(name: str, top: Path = Path()) -> list[Row]:
    """The frozen rows."""
    rows: list[Row] = json.loads((top / numbers_path(name)).read_text(encoding="utf-8"))
    return rows


def format_numbers(rows: Sequence[Row]) -> str:
    """JSON, a row a line."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def measured_row(row: Row) -> Row:
    """The same row as the last run has it; `f1_gap` is F1 as published less honest F1."""
    if row["metric"] == "f1_gap":
        honest = row["experiment"].removesuffix(PUBLISHED) + HONEST
        ends = [_metrics({**row, "metric": "f1", "experiment": name}) for name in (row["experiment"], honest)]
        return {**row, "value": round(ends[0]["value"] - ends[1]["value"], DECIMALS)}
    found = _metrics(row)
    return {**row, **{name: rounded(found[name]) for name in ("value", "low", "high") if name in row}}


def _metrics(row: Row) -> Row:
    path = METRICS.at(experiment=row["experiment"], detector=row["detector"])
    if not path.exists():
        raise SystemExit(f"{path} is not there: run what the number comes from first")
    keys = ("level", "metric", "threshold")
    for found in json.loads(path.read_text(encoding="utf-8")):
        if all(found[key] == row[key] for key in keys):
            return dict(found)
    raise SystemExit(f"{path} has no {' '.join(row[key] for key in keys)}")


def rounded(value: float | None) -> float | None:
    """As README shows it."""
    return None if value is None else round(value, DECIMALS)


def describe_differences(frozen: Sequence[Row], run: Sequence[Row], network: Callable[[str], bool]) -> Iterator[str]:
    """A sentence per number that is further away than its method may be."""
    allowed = {name: NETWORK_TOLERANCE if network(name) else 0.0 for name in {row["detector"] for row in frozen}}
    for before, now in zip(frozen, run, strict=True):
        for name in ("value", "low", "high"):
            if name in before and not _close(before[name], now[name], allowed[before["detector"]]):
                where = " ".join(filter(None, (before[key] for key in ("experiment", "detector", "level", "metric"))))
                yield f"{where}: {name} {before[name]} is now {now[name]}, {allowed[before['detector']]} apart at most"


def _close(before: float | None, now: float | None, allowed: float) -> bool:
    if before is None or now is None:
        return before is now
    return round(abs(before - now), DECIMALS) <= allowed


if __name__ == "__main__":
    sys.exit(main())
