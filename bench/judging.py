"""Which templates to judge first, played with true labels: `python -m bench.judging` from the top of the repository.

Writes reports/bench/judging.md and its figure, judging.svg, from the labelled logs in data/ and in CROSSLOG_MIRROR;
numbers only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from bench._judging_figure import draw_judging, format_svg
from bench._logs import Log, labelled_logs
from bench._playing import answer_in_turn, at_random, mean_f1, most_frequent_first, play_verdicts
from crosslog.labelling.judging import KnownVectors, form_belief

FOLDER = Path("reports/bench")
JUDGED = (10, 20, 50, 100)
SEEDS = range(20)
OURS, FREQUENT, RANDOM = "ours", "most frequent first", "random"
HEAD = """# Judging templates

Each template is answered once with the label of most of its events. F1 and recall are over events. The mean is that
of F1 over the first {most} verdicts (all, where there are fewer): the area under the curve. Random is the mean of
{seeds} orders, with the 95 % of them in brackets. What is known elsewhere comes from the other systems' labels: real
ones for real ones, simulated for simulated; of weak labels only what they say clearly. `bgl_events` and its sample
`bgl_2k` teach each other nothing. What the order is made of was chosen with BGL in view, its constants on Thunderbird
and the simulated systems alone. HDFS's and Hadoop's labels are of whole sessions, so they say little of a line: 94 % of
Hadoop's count as anomalous. Where the most frequent templates are the anomalous ones (Spirit, Liberty, Hadoop), to ask
for the most frequent first is as good as any order.

![F1 and recall against the number of templates judged](judging.svg)
"""


def main() -> None:
    """Play every labelled log; write the tables and the figure."""
    logs = labelled_logs()
    curves = pl.concat(_curves(log, known_elsewhere(log, logs)) for log in logs)
    figure = draw_judging(curves, 150)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "judging.svg").write_bytes(format_svg(figure))
    text = HEAD.format(seeds=len(SEEDS), most=JUDGED[-1]) + _tables(curves) + _parts(logs)
    (FOLDER / "judging.md").write_text(text, encoding="utf-8")
    print(text)


def known_elsewhere(log: Log, logs: Sequence[Log]) -> KnownVectors | None:
    """Vectors of the anomalous and the normal templates of the logs that may teach this one; None without any."""
    teachers = [other for other in logs if other.teaches(log)]
    if not teachers:
        return None
    vectors = np.concatenate([other.vectors for other in teachers])
    verdict = np.concatenate([other.counts["verdict"].to_numpy() for other in teachers])
    return KnownVectors(vectors[verdict == "anomalous"], vectors[verdict == "normal"])


def ours(log: Log, known: KnownVectors | None, *, with_vectors: bool = True) -> list[int]:
    """Row numbers in the order in which crosslog asks."""
    majority = log.counts["anomalous"].to_numpy() * 2 > log.counts["events"].to_numpy()
    belief = form_belief(log.templates, log.vectors if with_vectors else None, known)
    return list(answer_in_turn(belief, majority.astype(np.float64)))


def _curves(log: Log, known: KnownVectors | None) -> pl.DataFrame:
    orders = {OURS: [ours(log, known)], FREQUENT: [most_frequent_first(log.counts)]}
    orders[RANDOM] = [at_random(log.counts, seed) for seed in SEEDS]
    frames = []
    for unjudged, vectors in (("normal", None), ("nearest", log.vectors)):
        for order, runs in orders.items():
            names = {"system": pl.lit(log.marked), "order": pl.lit(order), "unjudged": pl.lit(unjudged)}
            frames.append(
                _over_runs([play_verdicts(log.counts, numbers, vectors) for numbers in runs]).with_columns(**names)
            )
    return pl.concat(frames)


def _over_runs(runs: list[pl.DataFrame]) -> pl.DataFrame:
    """The mean curve, and where 95 % of several runs lie; `area` is the mean F1 up to there."""
    runs = [run.with_columns(area=pl.col("f1").cum_sum() / pl.col("judged")) for run in runs]
    measures = ("f1", "recall", "area")
    ends = {"low": 0.025, "high": 0.975} if len(runs) > 1 else {}
    interval = [pl.col(name).quantile(share).alias(f"{name}_{end}") for name in measures for end, share in ends.items()]
    absent = [pl.lit(None, pl.Float64).alias(f"{name}_{end}") for name in measures for end in ("low", "high")]
    grouped = pl.concat(runs).group_by("judged").agg(*(pl.col(name).mean() for name in measures), *interval)
    return grouped.with_columns(() if ends else absent).sort("judged").select("judged", *_columns(measures))


def _columns(measures: Sequence[str]) -> Iterator[str]:
    for name in measures:
        yield from (name, f"{name}_low", f"{name}_high")


def _tables(curves: pl.DataFrame) -> str:
    captions = {
        ("f1", "normal"): "F1 after so many verdicts; templates not judged yet count as normal",
        ("recall", "normal"): "Recall, likewise",
        ("f1", "nearest"): "F1 where templates not judged yet take the verdict of the judged one closest in meaning",
    }
    return "".join(_table(curves.filter(unjudged=key[1]), key[0], caption) for key, caption in captions.items())


def _table(curves: pl.DataFrame, measure: str, caption: str) -> str:
    last = " | mean F1" if measure == "f1" else ""
    head = f"| system | order | {' | '.join(map(str, JUDGED))}{last} |"
    lines = [f"\n## {caption}\n", head, "|---" * (head.count("|") - 1) + "|"]
    for (system, order), curve in curves.group_by("system", "order", maintain_order=True):
        rows = {row["judged"]: row for row in curve.iter_rows(named=True)}
        cells = [_cell(rows.get(judged), measure) for judged in JUDGED]
        if last:
            cells.append(_cell(rows[min(JUDGED[-1], max(rows))], "area"))
        lines.append(f"| {system} | {order} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(row: dict[str, float] | None, measure: str) -> str:
    if row is None:
        return "–"
    low, high = row[f"{measure}_low"], row[f"{measure}_high"]
    return f"{row[measure]:.2f}" + ("" if low is None else f" [{low:.2f}, {high:.2f}]")


def _parts(logs: Sequence[Log]) -> str:
    """What each part of the order gives: the mean F1 without it."""
    head = "| system | ours | no failure words | nothing known elsewhere | no vectors | frequency alone |"
    lines = ["\n## Mean F1 over the first 100 verdicts without a part of the order\n", head, "|---" * 6 + "|"]
    for log in logs:
        known = known_elsewhere(log, logs)
        plain = replace(log, templates=log.templates.with_columns(suspicious=pl.lit(value=False)))
        orders = (ours(log, known), ours(plain, known), ours(log, None), ours(log, None, with_vectors=False))
        areas = [
            mean_f1(play_verdicts(log.counts, numbers), JUDGED[-1])
            for numbers in (*orders, most_frequent_first(log.counts))
        ]
        lines.append(f"| {log.marked} | {' | '.join(f'{value:.3f}' for value in areas)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
