"""What the report says of an experiment in words: title, marks, label budget, audit."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from crosslog.reporting._inputs import Inputs, Measure
from crosslog.reporting._published import published
from crosslog.reporting._tables import Table, events_table, percent, transfer_table


class Finding(NamedTuple):
    """One check of the audit over all detectors of an experiment."""

    check: str
    failed: tuple[str, ...]  # detectors
    details: tuple[str, ...]  # distinct ones; of the failed where any failed


class Section(NamedTuple):
    """An experiment in words and tables."""

    name: str
    title: str
    mark: str
    budget: str
    remark: str
    tables: tuple[Table, ...]
    audit: tuple[Finding, ...]

    @property
    def failures(self) -> tuple[Finding, ...]:
        """Checks that at least one detector's run failed."""
        return tuple(finding for finding in self.audit if finding.failed)

    @property
    def verdict(self) -> str:
        """The audit in one sentence."""
        count = len(self.audit)
        if self.failures:
            return f"{len(self.failures)} of {count} checks FAILED."
        return f"All {count} checks passed for every detector."


def sections(inputs: Inputs) -> list[Section]:
    """Every experiment in the order of params.yaml."""
    return [_section(inputs, name) for name in inputs.suite.experiments]


def _section(inputs: Inputs, name: str) -> Section:
    experiment = inputs.suite.experiments[name]
    sources = " + ".join(inputs.marked(system) for system in experiment.sources)
    return Section(
        name=name,
        title=f"{sources} → {inputs.marked(experiment.target)}",
        mark=inputs.mark(experiment.target),
        budget=_budget(inputs, name),
        remark=_remark(inputs, name),
        tables=(events_table(inputs, name), transfer_table(inputs, name)),
        audit=tuple(_findings(inputs.audits.filter(pl.col("experiment") == name))),
    )


def _budget(inputs: Inputs, name: str) -> str:
    """Labels in a support, in events and in distinct messages; means over episodes, of the detector given the most."""

    def most(level: str, metric: str) -> float:
        estimates = [inputs.estimate(name, detector, Measure(level, metric)) for detector in inputs.detectors]
        return max(estimate.value or 0.0 for estimate in estimates)

    return (
        f"Label budget per episode: {_count(most('event', 'support_labels'))} events "
        f"({_count(most('event', 'support_anomalies'))} anomalous), which are "
        f"{_count(most('type', 'support_labels'))} distinct messages "
        f"({_count(most('type', 'support_anomalies'))} anomalous). Anomalous in a query: "
        f"{percent(most('event', 'anomalous'), 1)} of events, {percent(most('window', 'anomalous'), 1)} of windows, "
        f"{percent(most('type', 'anomalous'), 1)} of distinct messages."
    )


def _count(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _remark(inputs: Inputs, name: str) -> str:
    experiment = inputs.suite.experiments[name]
    if experiment.published is None:
        return ""
    paper = published()[experiment.published]
    remark = (
        f"Paper: {paper.source}, on {paper.target}, from the full CFDR logs under the paper's own protocol: other "
        "splits and rates of anomalies, and in its public code the adaptation step is chosen on the query."
    )
    if inputs.mark(experiment.target) == "simulated":
        remark += f" {experiment.target} is simulated: the two do not compare, they only stand side by side."
    return remark


def _findings(audits: pl.DataFrame) -> list[Finding]:
    found = []
    for (check,), rows in audits.group_by("check", maintain_order=True):
        failed = rows.filter(~pl.col("passed"))
        shown = rows if failed.is_empty() else failed
        details = shown["detail"].unique(maintain_order=True).to_list()
        found.append(Finding(str(check), tuple(failed["detector"]), tuple(details)))
    return found


def how_to_read(inputs: Inputs) -> list[str]:
    """What the columns mean, a sentence or two each."""
    settings = inputs.evaluate
    return [
        f"Numbers are means over episodes and seeds; brackets are {percent(settings.confidence)} percentile bootstrap "
        f"intervals ({settings.resamples:,} resamples of episodes and seeds; of alert families in the column that "
        "says so); none where there are fewer than two of them. A dash: not defined.",
        f"Decisions flag a score of at least {settings.threshold:g}, except in “threshold from support”, where the "
        "threshold with the best F1 on the support is taken. No threshold ever comes from a query.",
        "Seen: anomalies whose message the support shows as an anomaly, which remembering alone can find. Unseen: all "
        "others, which only what was carried over can find.",
        "A type is a distinct message of the query, counted once however often it occurs. Type recall at "
        f"{percent(settings.type_false_positive_rate)} false types measures a ranking, as AUROC does: it is the share "
        "of anomalous types above the score that this share of the normal types reaches.",
        "A window is anomalous if any of its events is, and scores as its highest event.",
    ]
