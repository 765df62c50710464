"""What the report says of an experiment in words: title, marks, label budget, audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from crosslog.reporting._inputs import Inputs, Measure
from crosslog.reporting._published import paper_of, sources_of
from crosslog.reporting._tables import Table, events_table, percent, targets_table, transfer_table


class Finding(NamedTuple):
    """One check of the audit over all detectors of an experiment."""

    check: str
    made: bool  # for any detector: there was something to check
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
        made = [finding for finding in self.audit if finding.made]
        if self.failures:
            return f"{len(self.failures)} of {len(made)} checks FAILED."
        left = len(self.audit) - len(made)
        return f"All {len(made)} checks passed for every detector" + (
            f"; {left} had nothing to check." if left else "."
        )


TYPES = {"event": "distinct messages", "set": "distinct sets of messages"}


def sections(inputs: Inputs) -> list[Section]:
    """Every experiment and variant in the order of params.yaml."""
    return [section_of(inputs, name) for name in inputs.suite.everything]


def section_of(inputs: Inputs, name: str) -> Section:
    """An experiment or variant."""
    experiment = inputs.suite.everything[name]
    tables = (events_table(inputs, name), targets_table(inputs, name), transfer_table(inputs, name))
    return Section(
        name=name,
        title=f"{inputs.marked_sources(name)} → {inputs.marked_targets(name)}{inputs.condition(name)}",
        mark=", ".join(dict.fromkeys(mark for target in experiment.targets if (mark := inputs.mark(target)))),
        as_published=experiment.protocol == "published",
        budget=_budget(inputs, name),
        remark=" ".join(_remarks(inputs, name)),
        tables=tuple(table for table in tables if table is not None),
        audit=tuple(_findings(inputs.audits.filter(pl.col("experiment") == name))),
    )


def _budget(inputs: Inputs, name: str) -> str:
    """Labels of the support that was given, in units and in types; means over folds, of the detector given the most."""
    levels = inputs.suite.everything[name].levels
    unit, types = levels[0], TYPES["event" if levels[0] == "event" else "set"]

    def most(level: str, metric: str) -> float:
        detectors = inputs.suite.detectors_of(name)
        estimates = [inputs.estimate(name, detector, Measure(level, metric)) for detector in detectors]
        return max(estimate.value or 0.0 for estimate in estimates)

    return (
        f"Label budget per support: {_count(most(unit, 'support_labels'))} {unit}s "
        f"({_count(most(unit, 'support_anomalies'))} anomalous), which are "
        f"{_count(most('type', 'support_labels'))} {types} "
        f"({_count(most('type', 'support_anomalies'))} anomalous). Anomalous in a query: "
        + ", ".join(
            f"{percent(most(level, 'anomalous'), 1)} of {types if level == 'type' else f'{level}s'}" for level in levels
        )
        + f". The support shows {percent(most(unit, 'anomalies_seen'))} of a query's anomalous {unit}s."
    )


def _count(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _remarks(inputs: Inputs, name: str) -> Iterator[str]:
    experiment = inputs.suite.everything[name]
    if experiment.protocol == "published":
        yield (
            "Protocol as in the public code of a paper: a support may lie after its query or on it, and of a method "
            "that adapts in steps the one with the best F1 on the query counts. These numbers show what that is worth; "
            "they are not to be relied on."
        )
    if len(experiment.targets) > 1:
        yield _defined(inputs, name)
    if experiment.labels == "shuffled":
        yield "Control: labels are shuffled within each support and query, so there is nothing to learn."
    elif experiment.published:
        yield from _paper(inputs, name, experiment.published)


def _defined(inputs: Inputs, name: str) -> str:
    """On how many of several targets F1 is defined: where a query holds no anomaly there is nothing to find."""
    experiment, detector = inputs.suite.everything[name], inputs.suite.detectors_of(name)[0]
    measure = Measure(experiment.levels[0], "f1", "fixed")
    values = [inputs.estimate(name, detector, measure, target).value for target in experiment.targets]
    known = sum(value is not None for value in values)
    return f"Means are over the {known} of {len(values)} targets whose query holds an anomaly."


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
    made = [target for target in experiment.targets if inputs.mark(target) == "simulated"]
    if made:
        yield f"{', '.join(made)} is simulated: the two do not compare, they only stand side by side."


def _findings(audits: pl.DataFrame) -> list[Finding]:
    found = []
    for (check,), rows in audits.group_by("check", maintain_order=True):
        failed = rows.filter(~pl.col("passed"))
        shown = rows if failed.is_empty() else failed
        details = shown["detail"].unique(maintain_order=True).to_list()
        made = rows["passed"].is_not_null().any()
        found.append(Finding(str(check), made, tuple(failed["detector"]), tuple(details)))
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
        f"{numbers_note(inputs)}. Where several targets are watched in turn, targets are resampled; where there is a "
        f"single query, {settings.blocks} runs of it. A dash: not defined. In the column that says so, alert families "
        "are resampled.",
        f"Decisions flag a score of at least {settings.threshold:g}, except in “threshold from support”, where the "
        "threshold with the best F1 on the support is taken. No threshold ever comes from a query.",
        "Seen: anomalies whose message the support shows as an anomaly, which remembering alone can find (of sessions, "
        "those whose very set of messages it shows). Unseen: all others, which only what was carried over can find.",
        "A type is a distinct message of the query, or a distinct set of messages where windows or sessions are "
        "scored, counted once however often it occurs. Type recall at "
        f"{percent(settings.type_false_positive_rate)} false types measures a ranking, as AUROC does: it is the share "
        "of anomalous types above the score that this share of the normal types reaches.",
        "A window or session is anomalous if any of its events is. Methods that score events are judged there by the "
        "highest of its events; what is scored as a whole is never judged event by event.",
    ]


def numbers_note(inputs: Inputs) -> str:
    """What a number and its brackets are, without a full stop."""
    settings = inputs.evaluate
    return (
        f"Numbers are means over episodes and seeds; brackets are {percent(settings.confidence)} percentile bootstrap "
        f"intervals ({settings.resamples:,} resamples of episodes and seeds)"
    )
