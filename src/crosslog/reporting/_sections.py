"""What the report says of an experiment in words: title, marks, label budget, audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from crosslog.reporting._inputs import Inputs, Measure
from crosslog.reporting._published import paper_of, sources_of
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
    as_published: bool  # its protocol is: the audit fails where that is what the protocol repeats
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
    """Every experiment and variant in the order of params.yaml."""
    return [section_of(inputs, name) for name in inputs.suite.everything]


def section_of(inputs: Inputs, name: str) -> Section:
    """An experiment or variant."""
    experiment = inputs.suite.everything[name]
    sources = " + ".join(inputs.marked(system) for system in experiment.sources)
    return Section(
        name=name,
        title=f"{sources} → {inputs.marked(experiment.target)}{inputs.condition(name)}",
        mark=inputs.mark(experiment.target),
        as_published=experiment.protocol == "published",
        budget=_budget(inputs, name),
        remark=" ".join(_remarks(inputs, name)),
        tables=(events_table(inputs, name), transfer_table(inputs, name)),
        audit=tuple(_findings(inputs.audits.filter(pl.col("experiment") == name))),
    )


def _budget(inputs: Inputs, name: str) -> str:
    """Labels in a support, in events and in distinct messages; means over episodes, of the detector given the most."""

    def most(level: str, metric: str) -> float:
        detectors = inputs.suite.detectors_of(name)
        estimates = [inputs.estimate(name, detector, Measure(level, metric)) for detector in detectors]
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


def _remarks(inputs: Inputs, name: str) -> Iterator[str]:
    experiment = inputs.suite.everything[name]
    if experiment.protocol == "published":
        yield (
            "Protocol as in the public code of the paper: a support may lie after its query or on it, and the "
            "adaptation step with the best F1 on the query is the one that counts. These numbers show what that is "
            "worth; they are not to be relied on."
        )
    if experiment.labels == "shuffled":
        yield "Control: labels are shuffled within each span, so there is nothing to learn."
    elif experiment.published:
        yield from _paper(inputs, name, experiment.published)


def _paper(inputs: Inputs, name: str, published: str) -> Iterator[str]:
    """Where the paper's numbers are from, and why they are no yardstick."""
    experiment, tables = inputs.suite.everything[name], sources_of(published, inputs.suite.detectors_of(name))
    if not tables:
        return
    source = f"Paper: {' and '.join(tables)}, on {paper_of(published).target}, from the full CFDR logs"
    yield source + (
        "."
        if experiment.protocol == "published"
        else " under the paper's own protocol: other splits and rates of anomalies, and in its public code the "
        "adaptation step is chosen on the query."
    )
    if inputs.mark(experiment.target) == "simulated":
        yield f"{experiment.target} is simulated: the two do not compare, they only stand side by side."


def _findings(audits: pl.DataFrame) -> list[Finding]:
    found = []
    for (check,), rows in audits.group_by("check", maintain_order=True):
        failed = rows.filter(~pl.col("passed"))
        shown = rows if failed.is_empty() else failed
        details = shown["detail"].unique(maintain_order=True).to_list()
        found.append(Finding(str(check), tuple(failed["detector"]), tuple(details)))
    return found


def simulated_notice(inputs: Inputs) -> str:
    """What must be said of the run's simulated systems before any number; empty where there are none."""
    if not inputs.simulated:
        return ""
    return (
        f"{', '.join(inputs.simulated)}. Their lines were made by this repository; they show that the pipeline works, "
        "not how good a method is."
    )


def how_to_read(inputs: Inputs) -> list[str]:
    """What the columns mean, a sentence or two each."""
    settings = inputs.evaluate
    return [
        f"{numbers_note(inputs)}; none where there are fewer than two of them. A dash: not defined. In the column that "
        "says so, alert families are resampled.",
        f"Decisions flag a score of at least {settings.threshold:g}, except in “threshold from support”, where the "
        "threshold with the best F1 on the support is taken. No threshold ever comes from a query.",
        "Seen: anomalies whose message the support shows as an anomaly, which remembering alone can find. Unseen: all "
        "others, which only what was carried over can find.",
        "A type is a distinct message of the query, counted once however often it occurs. Type recall at "
        f"{percent(settings.type_false_positive_rate)} false types measures a ranking, as AUROC does: it is the share "
        "of anomalous types above the score that this share of the normal types reaches.",
        "A window is anomalous if any of its events is, and scores as its highest event.",
    ]


def numbers_note(inputs: Inputs) -> str:
    """What a number and its brackets are, without a full stop."""
    settings = inputs.evaluate
    return (
        f"Numbers are means over episodes and seeds; brackets are {percent(settings.confidence)} percentile bootstrap "
        f"intervals ({settings.resamples:,} resamples of episodes and seeds)"
    )
