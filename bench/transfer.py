"""Label transfer where truth is known: `python -m bench.transfer` from the top of the repository.

Writes reports/bench/transfer.md from the labelled logs in data/ and in CROSSLOG_MIRROR; numbers only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench._logs import SAMPLE, WHOLE, Log, labelled_logs
from crosslog.labelling.transfer import MatchLevels, transfer_verdicts

PATH = Path("reports/bench/transfer.md")
SURE = 0.5
EARLIER = MatchLevels(meaning=0.5)  # what had been chosen on Thunderbird and simulated systems
Side = tuple[pl.DataFrame, NDArray[np.float32]]
HEAD = """# Label transfer

The truth of a template is the label of most of its events. Templates of the mature logs are known by the same rule; of
weak labels only what they say clearly. Precision and recall are of proposals `anomalous`, beside the share of templates
that are anomalous: the precision of calling every template so. Accuracy is over the templates that match at all.
`sure`: proposals of a confidence of {sure} or more. Two templates match from a cosine of {floor} on: the lowest level,
in steps of .05, from which nine of ten proposals between unlike systems are right. Below, there is nothing alike.
Between unlike machines next to nothing carries over; from a machine to itself, or to its later templates, much does.
`simulated systems`: what `--from` proposes where it names them; by default they teach no real system.

"""
BEFORE = """
## With the level of earlier versions, {floor}

"""
COLUMNS = "target|from|templates|anomalous|share|proposed|precision|recall|sure|precision|recall"
STATES = ("known", "drifted", "new")


class Trial(NamedTuple):
    """A target, who teaches it, and the templates of both."""

    target: str
    source: str
    new: Side
    known: Side


def main() -> None:
    """Transfer onto every labelled log, from one machine to itself, and from a log's first half to its second."""
    trials = list(_trials(labelled_logs()))
    text = HEAD.format(sure=SURE, floor=MatchLevels().meaning) + _table(trials, MatchLevels())
    text += BEFORE.format(floor=EARLIER.meaning) + _table(trials, EARLIER)
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(text, encoding="utf-8")
    print(text)


def _trials(logs: Sequence[Log]) -> Iterator[Trial]:
    yield from (Trial(log.marked, "the others", _side(log), _taught(log, logs)) for log in logs)
    yield from (trial for log in logs for trial in _later(log))
    yield from _same_machine({log.name: log for log in logs})
    made_up = [_side(log) for log in logs if log.system.is_simulated]
    if made_up:
        real = [log for log in logs if not log.system.is_simulated]
        yield from (Trial(log.marked, "simulated systems", _side(log), _known(made_up)) for log in real)


def _table(trials: Sequence[Trial], levels: MatchLevels) -> str:
    head = f"|{COLUMNS}|{'|'.join(STATES)}|accuracy|"
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *(_row(trial, levels) for trial in trials)]) + "\n"


def _side(log: Log, which: pl.Expr | None = None) -> Side:
    """Templates with their clear verdict and the true one, and their vectors; of those chosen."""
    frame = log.templates.drop("verdict").with_columns(
        verdict=log.counts["verdict"],
        truth=log.counts["anomalous"] * 2 > log.counts["events"],
        system=pl.lit(log.name),
    )
    chosen = frame.select(pl.col("key").is_not_null() if which is None else which).to_series()
    return frame.filter(chosen), log.vectors[chosen.to_numpy()]


def _known(sides: Sequence[Side]) -> Side:
    """What the sides know together: their templates with a verdict."""
    frame, vectors = pl.concat(side[0] for side in sides), np.concatenate([side[1] for side in sides])
    judged = frame["verdict"] != ""
    return frame.filter(judged), vectors[judged.to_numpy()]


def _taught(log: Log, logs: Sequence[Log]) -> Side:
    return _known([_side(other) for other in logs if other.teaches(log)])


def _later(log: Log) -> Iterator[Trial]:
    """From the templates of a log that appear up to the middle of it to those that appear later."""
    middle = log.counts["events"].sum() // 2
    early, late = (_side(log, pl.col("first_line") <= middle), _side(log, pl.col("first_line") > middle))
    if late[0]["truth"].any() and early[0]["truth"].any():
        yield Trial(f"{log.marked}, later templates", "its earlier ones", late, _known([early]))


def _same_machine(logs: dict[str, Log]) -> Iterator[Trial]:
    if SAMPLE in logs and WHOLE in logs:
        yield Trial(SAMPLE, f"{WHOLE}, the same machine", _side(logs[SAMPLE]), _known([_side(logs[WHOLE])]))


def _row(trial: Trial, levels: MatchLevels) -> str:
    target, source, new, known = trial
    found = transfer_verdicts(new, known, levels)
    truth, matched = new[0]["truth"], found["proposal"] != ""
    proposed = found["proposal"] == "anomalous"
    sure = proposed & (found["confidence"] >= SURE)
    count = int(truth.sum())
    counts = [len(truth), count, _share(count, len(truth)), *_quality(proposed, truth), *_quality(sure, truth)]
    states = [int((found["state"] == state).sum()) for state in STATES]
    accuracy = _share(int((matched & (proposed == truth)).sum()), int(matched.sum()))
    return f"| {' | '.join(map(str, (target, source, *counts, *states, accuracy)))} |"


def _quality(proposed: pl.Series, truth: pl.Series) -> tuple[int, str, str]:
    hits = int((proposed & truth).sum())
    return int(proposed.sum()), _share(hits, int(proposed.sum())), _share(hits, int(truth.sum()))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


if __name__ == "__main__":
    main()
