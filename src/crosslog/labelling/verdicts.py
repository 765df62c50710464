"""The label source `reviewed`: what people say of templates and of lines, as labels of events.

Labels are nearly a function of the template, so one verdict labels every event of a template. Verdicts are columns of
their own and no part of what an interpreter is shown.
"""

from __future__ import annotations

import polars as pl

NAMING_VERDICTS = ("normal", "anomalous")


def join_verdicts(templates: pl.DataFrame, interpretations: pl.DataFrame) -> pl.DataFrame:
    """(template_id, verdict) of every template; empty where nobody has judged it.

    Parameters
    ----------
    templates : template_id, key
    interpretations : key, verdict, as in schemas.Interpretations
    """
    verdicts = interpretations.select("key", "verdict")
    joined = templates.select("template_id", "key").join(verdicts, on="key", how="left", maintain_order="left")
    return joined.select("template_id", pl.col("verdict").fill_null(""))


def label_by_verdicts(events: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """The events with label, anomalous and named as their template's verdict says.

    Parameters
    ----------
    events : template_id and any other columns
    verdicts : template_id, verdict; `depends`, empty, and a template without a row leave events unlabelled

    Returns
    -------
    pl.DataFrame
        `events` in their order with label (`anomalous`, or null), anomalous, and named (false where unlabelled)
    """
    judged = events.join(
        verdicts.select("template_id", "verdict"), on="template_id", how="left", maintain_order="left", validate="m:1"
    )
    anomalous = (pl.col("verdict") == "anomalous").fill_null(value=False)
    return judged.with_columns(
        label=pl.when(anomalous).then(pl.lit("anomalous")),
        anomalous=anomalous,
        named=pl.col("verdict").is_in(NAMING_VERDICTS).fill_null(value=False),
    ).drop("verdict")


def correct_labels(events: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """The events with label, anomalous and named as people say of their lines, where they do.

    A line that people looked at counts more than its template: one they disagree on is left unlabelled. A line that
    waits for a second annotator keeps what it had.

    Parameters
    ----------
    events : line, label, anomalous, named and any other columns
    decided : what `people.merge_annotations` gives
    """
    spans = decided.filter(pl.col("state") != "waiting").select(
        "first_line", "last_line", "state", said="anomalous", kind="label"
    )
    inside = pl.col("line") <= pl.col("last_line")
    found = (
        events.with_row_index("_order")
        .sort("line")
        .join_asof(spans, left_on="line", right_on="first_line", strategy="backward")
        .with_columns(pl.when(inside).then(name).alias(name) for name in ("state", "said", "kind"))
        .sort("_order")
    )
    by_people = pl.when(pl.col("state").is_not_null())
    return found.with_columns(
        label=by_people.then("kind").otherwise("label"),
        anomalous=by_people.then(pl.col("said").fill_null(value=False)).otherwise("anomalous"),
        named=by_people.then(pl.col("state") == "agreed").otherwise("named"),
    ).select(events.columns)


def derive_verdicts(events: pl.DataFrame, *, weak: bool) -> pl.DataFrame:
    """What a system's own labels say of its templates: template_id, verdict, events, anomalous (how many of them are).

    `anomalous` where more than half of a template's events are, else `normal`. Weak labels, given to whole sessions,
    name a template only where they say something of it: `anomalous` if in addition its share is at least twice the
    log's, `normal` if its share is at most the log's, else nothing.

    Parameters
    ----------
    events : template_id, anomalous; events that the source does not name are left out beforehand
    weak : whether the labels are weak
    """
    counted = events.group_by("template_id").agg(events=pl.len(), anomalous=pl.col("anomalous").sum().cast(pl.UInt32))
    share, overall = pl.col("anomalous") / pl.col("events"), pl.col("anomalous").sum() / pl.col("events").sum()
    anomalous = (share > 0.5) & (share >= 2 * overall) if weak else share > 0.5
    normal = share <= overall if weak else share <= 0.5
    verdict = pl.when(anomalous).then(pl.lit("anomalous")).when(normal).then(pl.lit("normal")).otherwise(pl.lit(""))
    return counted.select("template_id", verdict.alias("verdict"), "events", "anomalous").sort("template_id")
