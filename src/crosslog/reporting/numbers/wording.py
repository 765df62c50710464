"""What the report says of a run and of an experiment in words: marks, label budget, protocol, what numbers are."""

from __future__ import annotations

from collections.abc import Iterator

from crosslog.reporting.document.chapter import ChapterBlock, Notice, Once
from crosslog.reporting.numbers.audits import failed_checks
from crosslog.reporting.numbers.inputs import Inputs, Measure
from crosslog.reporting.numbers.measures import percent
from crosslog.reporting.papers.tables import paper_of, sources_of

TYPES = {"event": "distinct messages", "set": "distinct sets of messages"}


def notices(inputs: Inputs) -> Iterator[Notice]:
    """What must be said before any number: simulated systems, failed audits, the published protocol."""
    if inputs.simulated:
        yield Notice(
            "Simulated:",
            f"{', '.join(inputs.simulated)}. Their lines were made by this repository; they show that the pipeline "
            "works, not how good a method is.",
        )
    failed = {arm: failed_checks(inputs, arm) for arm in inputs.suite.everything}
    repeated = []
    for arm, checks in failed.items():
        each = inputs.suite.everything[arm]
        if checks and each.protocol == "published":
            repeated.append(inputs.name_of(arm) + ", labels shuffled" * (each.labels == "shuffled"))
        elif checks:
            named = "; ".join(finding.check for finding in checks)
            title = f"{inputs.name_of(arm)}{inputs.condition(arm)}"
            yield Notice(f"The audit of {title} failed:", f"{named}. Do not rely on these numbers.", bad=True)
    if repeated:
        yield Notice(
            "As published:",
            f"{'; '.join(repeated)} under a published protocol, which the audit refuses. Such numbers show what that "
            "protocol is worth; do not rely on them.",
        )


def arm_title(inputs: Inputs, arm: str) -> str:
    """Which systems teach which, and under which conditions."""
    return f"{inputs.marked_sources(arm)} → {inputs.marked_targets(arm)}{inputs.condition(arm)}"


def arm_badge(inputs: Inputs, arm: str) -> str:
    """The marks of an arm's targets."""
    targets = inputs.suite.everything[arm].targets
    return ", ".join(dict.fromkeys(mark for target in targets if (mark := inputs.mark(target))))


def budget(inputs: Inputs, arm: str) -> str:
    """Labels of the support that was given, in units and in types; means over folds, of the detector given the most."""
    levels = inputs.suite.everything[arm].levels
    unit, types = levels[0], TYPES["event" if levels[0] == "event" else "set"]

    def most(level: str, metric: str) -> float:
        detectors = inputs.suite.detectors_of(arm)
        estimates = [inputs.estimate(arm, detector, Measure(level, metric)) for detector in detectors]
        return max(estimate.value or 0.0 for estimate in estimates)

    shares = (
        f"{percent(most(level, 'anomalous'), 1)} of {types if level == 'type' else f'{level}s'}" for level in levels
    )
    return (
        f"Label budget per support: {_count(most(unit, 'support_labels'))} {unit}s "
        f"({_count(most(unit, 'support_anomalies'))} anomalous), which are "
        f"{_count(most('type', 'support_labels'))} {types} "
        f"({_count(most('type', 'support_anomalies'))} anomalous). Anomalous in a query: {', '.join(shares)}. "
        f"The support shows {percent(most(unit, 'anomalies_seen'))} of a query's anomalous {unit}s."
    )


def _count(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def remarks(inputs: Inputs, arm: str) -> Iterator[ChapterBlock]:
    """What a reader of an arm's tables must know beside them, a paragraph each."""
    experiment = inputs.suite.everything[arm]
    if experiment.protocol == "published":
        yield Once(
            "Protocol as in the public code of a paper: a support may lie after its query or on it, and of a method "
            "that adapts in steps the one with the best F1 on the query counts. These numbers show what that is worth; "
            "they are not to be relied on."
        )
    if len(experiment.targets) > 1:
        yield _defined(inputs, arm)
    if experiment.labels == "shuffled":
        yield Once("Control: labels are shuffled within each support and query, so there is nothing to learn.")
    elif experiment.published:
        yield from _paper(inputs, arm, experiment.published)


def _defined(inputs: Inputs, arm: str) -> str:
    """On how many of several targets F1 is defined: where a query holds no anomaly there is nothing to find."""
    experiment, detector = inputs.suite.everything[arm], inputs.suite.detectors_of(arm)[0]
    measure = Measure(experiment.levels[0], "f1", "fixed")
    values = [inputs.estimate(arm, detector, measure, target).value for target in experiment.targets]
    known = sum(value is not None for value in values)
    return f"Means are over the {known} of {len(values)} targets whose query holds an anomaly."


def _paper(inputs: Inputs, arm: str, published: str) -> Iterator[Once]:
    """Where the paper's numbers are from, and why they are no yardstick."""
    experiment, tables = inputs.suite.everything[arm], sources_of(published, inputs.suite.detectors_of(arm))
    if not tables:
        return
    source = f"Paper: {' and '.join(tables)}, on {paper_of(published).target}, from the full CFDR logs"
    yield Once(
        f"{source}."
        if experiment.protocol == "published"
        else f"{source} under the paper's own protocol: other splits and rates of anomalies, and in its public code "
        "the adaptation step is chosen on the query."
    )
    made = [target for target in experiment.targets if inputs.mark(target) == "simulated"]
    if made:
        yield Once(f"{', '.join(made)} is simulated: the two do not compare, they only stand side by side.")


def numbers_note(inputs: Inputs) -> str:
    """What a number and its brackets are, without a full stop."""
    settings = inputs.evaluate
    return (
        f"Numbers are means over episodes and seeds; brackets are {percent(settings.confidence)} percentile bootstrap "
        f"intervals ({settings.resamples:,} resamples of episodes and seeds)"
    )
