"""Which templates to judge first, played with true labels: `python -m bench.judging` from the top of the repository.

Writes reports/bench/judging.md and its figure, judging.svg, from the labelled logs in data/ and in CROSSLOG_MIRROR;
numbers only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from bench._judging_figure import draw_judging, format_svg
from bench._logs import Log, labelled_logs
from bench._playing import answer_in_turn, at_random, best_possible, mean_f1, most_frequent_first, play_verdicts
from crosslog.detection.hints.belief import form_belief
from crosslog.detection.hints.buckets import merge_buckets
from crosslog.detection.hints.joining import Meanings, score_templates
from crosslog.detection.hints.meaning import KnownTexts

FOLDER = Path("reports/bench")
JUDGED = (10, 20, 50, 100)
SEEDS = range(20)
OURS, FREQUENT, RANDOM, BEST = "ours", "most frequent first", "random", "best possible"
PARTS = ("burst", "fault_words", "severity", "vectors")
HEAD = """# Judging templates

Each template is answered once with the label of most of its events. F1 and recall are over events. The mean is that
of F1 over the first {most} verdicts (all, where there are fewer): the area under the curve. Random is the mean of
{seeds} orders, with the 95 % of them in brackets. The best possible order asks for the templates with most anomalies
first: it knows all labels. What is known elsewhere comes from the other systems' labels: real ones for real ones,
simulated for simulated; of weak labels only what they say clearly. `bgl_events` and its sample `bgl_2k` teach each
other nothing. That bursts tell much was first seen on BGL; how they are measured, what they are
joined with and all constants were chosen on Thunderbird, Hadoop, HDFS and the simulated systems alone. HDFS's and
Hadoop's labels are of whole sessions, so they say little of a line: 94 % of Hadoop's count as anomalous. Where the most
frequent templates are the anomalous ones (Spirit, Liberty, Hadoop), to ask for the most frequent first is as good as
any order.

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


def known_elsewhere(log: Log, logs: Sequence[Log]) -> KnownTexts | None:
    """The clearly anomalous and clearly normal templates of the logs that may teach this one; None without any."""
    teachers = [other for other in logs if other.teaches(log)]
    if not teachers:
        return None
    rows = pl.concat([other.templates.select("template", said=other.counts["verdict"]) for other in teachers])
    clear = rows["said"].is_in(["anomalous", "normal"]).to_numpy()
    texts = rows["template"].filter(pl.Series(clear)).to_list()
    vectors = np.concatenate([other.vectors for other in teachers])[clear]
    return KnownTexts(vectors, texts, texts, (rows["said"] == "anomalous").to_numpy()[clear])


def ours(log: Log, known: KnownTexts | None, *, parts: Sequence[str] = PARTS) -> list[int]:
    """Row numbers in the order in which crosslog asks, given these parts."""
    facts = log.facts if "severity" in parts else log.facts.drop("levels")
    facts = facts if "fault_words" in parts else facts.with_columns(text=pl.lit(""))
    meanings = None if known is None else Meanings(log.vectors, known)
    scored = score_templates(facts, log.buckets if "burst" in parts else merge_buckets([]), meanings)
    belief = form_belief(scored, log.vectors if "vectors" in parts else None)
    majority = log.counts["anomalous"].to_numpy() * 2 > log.counts["events"].to_numpy()
    return list(answer_in_turn(belief, log.templates["occurrences"].to_numpy(), majority.astype(np.float64)))


def _curves(log: Log, known: KnownTexts | None) -> pl.DataFrame:
    orders = {OURS: [ours(log, known)], FREQUENT: [most_frequent_first(log.counts)]}
    orders[BEST] = [best_possible(log.counts)]
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
    names = ["no bursts", "no fault words", "no levels", "nothing known elsewhere", "no vectors", "frequency alone"]
    lines = ["\n## Mean F1 over the first 100 verdicts without a part of the order\n"]
    lines += [f"| system | ours | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    for log in logs:
        known = known_elsewhere(log, logs)
        orders = [ours(log, known)]
        orders += [ours(log, known, parts=[part for part in PARTS if part != left_out]) for left_out in PARTS[:3]]
        orders += [ours(log, None), ours(log, None, parts=PARTS[:3]), most_frequent_first(log.counts)]
        areas = [mean_f1(play_verdicts(log.counts, numbers), JUDGED[-1]) for numbers in orders]
        lines.append(f"| {log.marked} | {' | '.join(f'{value:.3f}' for value in areas)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
