"""What the columns of the tables mean, a sentence or two each."""

from __future__ import annotations

from crosslog.reporting.document.chapter import Bullets, Chapter
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.numbers.measures import percent
from crosslog.reporting.numbers.wording import numbers_note


def chapter(inputs: Inputs) -> Chapter:
    """How to read the tables."""
    settings = inputs.evaluate
    lines = (
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
    )
    return Chapter("How to read the tables", (Bullets(lines),), front=True)
