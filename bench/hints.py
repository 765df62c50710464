"""How soon alerts are listed when nobody has labelled anything: `python -m bench.hints` from the top of the repository.

Writes reports/bench/hints.md from the labelled logs in data/ and in CROSSLOG_MIRROR; numbers only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench._logs import Log, labelled_logs
from bench.judging import known_elsewhere
from crosslog.detection.hints.joining import Meanings, score_templates
from crosslog.detection.hints.words import ANY_WORD

PATH = Path("reports/bench/hints.md")
LISTED = (10, 20, 50)
HEAD = """# Hints: templates of a log that nobody has labelled

Templates are listed by a score that reads no label of their log; the truth of a template is the label of most of its
events. `first` is the place of the first alert template; then come how many alert templates are among the first
{listed}, and their average precision. `all hints` also knows the clearly labelled templates of other logs, real ones
for real ones, simulated for simulated, and never those of the same machine; `without meaning` knows no other log.
Templates of equal score stand in the order of the log. HDFS's and Hadoop's labels are of whole sessions, so nearly
every template of theirs counts as an alert. Weights were chosen on the simulated logs and Thunderbird alone.

"""


def main() -> None:
    """List every labelled log by every score; write the table."""
    logs = labelled_logs()
    head = f"| system | templates | alerts | listed by | first | {' | '.join(map(str, LISTED))} | precision |"
    rows = [row for log in logs for row in _rows(log, rate_log(log, logs))]
    text = HEAD.format(listed=", ".join(map(str, LISTED))) + "\n".join(
        [head, "|---" * (head.count("|") - 1) + "|", *rows]
    )
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(text + "\n", encoding="utf-8")
    print(text)


def rate_log(log: Log, logs: Sequence[Log]) -> dict[str, NDArray[np.float64]]:
    """A score per template of each way of listing them."""
    known = known_elsewhere(log, logs)
    bare = score_templates(log.facts, log.buckets)
    scored = score_templates(log.facts, log.buckets, Meanings(log.vectors, known)) if known else bare
    parts = {part: bare[part].fill_null(0.0).to_numpy() for part in ("burst", "fault_words", "severity", "rarity")}
    return {
        "all hints": scored["score"].to_numpy(),
        "without meaning": bare["score"].to_numpy(),
        "keyword": log.facts["text"].str.contains(f"(?i){ANY_WORD.pattern}").cast(pl.Float64).to_numpy(),
        **parts,
    }


def place_alerts(scores: NDArray[np.float64], alerts: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Places of the alerts, from 1, in the list of falling scores."""
    return np.flatnonzero(alerts[np.argsort(-scores, kind="stable")]) + 1


def _rows(log: Log, scores: Mapping[str, NDArray[np.float64]]) -> Iterator[str]:
    alerts = (log.counts["anomalous"] * 2 > log.counts["events"]).to_numpy()
    for name, score in scores.items():
        places = place_alerts(score, alerts)
        counts = [str(int((places <= listed).sum())) for listed in LISTED]
        precision = float(np.mean(np.arange(1, len(places) + 1) / places))
        cells = (log.marked, len(alerts), len(places), name, places[0], *counts, f"{precision:.2f}")
        yield f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
