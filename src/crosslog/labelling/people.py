"""Several people's labels of the same lines: how far they agree (Cohen 1960), and what the majority says.

Sui et al. 2024 (LogSynergy, VI-B) have two operators label independently and ask a third where they disagree. Here the
question is whether a line is normal or anomalous. Spans are cut where any of them begins or ends, so the work grows
with the number of spans and not with the number of lines.
"""

from __future__ import annotations

from itertools import combinations

import polars as pl

SEGMENT = ["first_line", "last_line"]
AGREEMENT_STATES = ("agreed", "conflict", "waiting")


def list_votes(annotations: pl.DataFrame) -> pl.DataFrame:
    """Who calls which lines what: first_line, last_line (disjoint segments), annotator, label, anomalous.

    Parameters
    ----------
    annotations : schemas.Annotations; where one annotator calls a line two things there is a row for each
    """
    starts = annotations.select("first_line").vstack(annotations.select(first_line=pl.col("last_line") + 1))
    edges = starts.unique().sort("first_line").with_columns(last_line=pl.col("first_line").shift(-1) - 1)
    spans = annotations.select("annotator", "label", begin="first_line", end="last_line")
    cut = edges.drop_nulls().join_where(
        spans, pl.col("begin") <= pl.col("first_line"), pl.col("end") >= pl.col("last_line")
    )
    return (
        cut.select(*SEGMENT, "annotator", "label", anomalous=pl.col("label") != "normal")
        .unique()
        .sort(*SEGMENT, "annotator", "label")
    )


def measure_agreement(annotations: pl.DataFrame) -> pl.DataFrame:
    """Cohen's kappa of each pair of annotators over the lines that both labelled.

    Returns
    -------
    pl.DataFrame
        first, second, lines (both labelled), agreed (share of them called the same; null without any), kappa (null
        where it is not defined: no line in common, or one class only, where chance alone explains all agreement)
    """
    voted = list_votes(annotations)
    names = sorted(annotations["annotator"].unique())
    pairs = combinations(names, 2)
    rows = [{"first": first, "second": second, **_pair(voted, first, second)} for first, second in pairs]
    schema = {"first": pl.String, "second": pl.String, "lines": pl.UInt64, "agreed": pl.Float64, "kappa": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _pair(voted: pl.DataFrame, first: str, second: str) -> dict[str, float | int | None]:
    ours, theirs = (voted.filter(annotator=name).select(*SEGMENT, "anomalous") for name in (first, second))
    both = ours.join(theirs, on=SEGMENT, suffix="_second").with_columns(
        lines=pl.col("last_line") - pl.col("first_line") + 1
    )
    total = int(both["lines"].sum())
    if total == 0:
        return {"lines": 0, "agreed": None, "kappa": None}
    same = pl.col("anomalous") == pl.col("anomalous_second")
    agreed, one, two = (
        int(both.filter(which)["lines"].sum()) / total
        for which in (same, pl.col("anomalous"), pl.col("anomalous_second"))
    )
    by_chance = one * two + (1 - one) * (1 - two)
    kappa = (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else None
    return {"lines": total, "agreed": agreed, "kappa": kappa}


def merge_annotations(annotations: pl.DataFrame, enough: int = 2) -> pl.DataFrame:
    """What people say together of each segment of lines; nothing is guessed.

    Parameters
    ----------
    annotations : schemas.Annotations
    enough : how many must have labelled a line; a line with fewer is `waiting`

    Returns
    -------
    pl.DataFrame
        first_line, last_line (disjoint, in order); state: `agreed` where more than half say the same, `conflict` where
        they do not (ask one more), `waiting`; anomalous (null unless agreed); label (the kind that more than half of
        those who call it anomalous name, else `anomalous`; null unless agreed and anomalous); said (who says what)
    """
    voted = list_votes(annotations)
    counted = voted.group_by(SEGMENT).agg(
        people=pl.len(),
        share=pl.col("anomalous").mean(),
        said=pl.format("{}: {}", "annotator", "label").sort().str.join(", "),
    )
    few, tie = pl.col("people") < enough, pl.col("share") == 0.5
    state = pl.when(few).then(pl.lit("waiting")).when(tie).then(pl.lit("conflict")).otherwise(pl.lit("agreed"))
    known = counted.join(_kinds(voted), on=SEGMENT, how="left").with_columns(state=state)
    known = known.with_columns(anomalous=pl.when(state="agreed").then(pl.col("share") > 0.5))
    label = pl.when("anomalous").then(pl.col("kind").fill_null("anomalous"))
    return known.select(*SEGMENT, "state", "anomalous", label=label, said="said").sort(SEGMENT)


def _kinds(voted: pl.DataFrame) -> pl.DataFrame:
    """The kind that more than half of those who call a segment anomalous name."""
    named = voted.filter("anomalous").group_by(*SEGMENT, "label").agg(named=pl.len())
    return named.filter(pl.col("named") * 2 > pl.col("named").sum().over(SEGMENT)).select(*SEGMENT, kind="label")


def list_open_segments(decided: pl.DataFrame) -> pl.DataFrame:
    """The segments that still need a person: conflicts first, then those with too few annotators."""
    return decided.filter(pl.col("state") != "agreed").sort("state", *SEGMENT)
