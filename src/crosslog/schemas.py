"""Every artifact's pandera schema, in pipeline order: the data dictionary.

A schema refuses a frame, it never changes one: `coerce` is off and columns are exact. Labels (`label`, `anomalous`)
stand in `ParsedEvents` and `EpisodeEvents` alone, so that nothing an interpreter, a miner or an encoder reads has any.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

STATUSES = ("pending", "approved", "edited", "rejected")
WRITERS = ("quoted", "rules", "llm", "curated", "person")
VERDICTS = ("", "normal", "anomalous", "depends")
ROLES = ("source_support", "source_query", "support", "query")
LEVELS = ("event", "window", "session", "type")


class Schema(pa.DataFrameModel):
    """Columns, types and checks of one artifact."""

    class Config:
        """Nothing is coerced, no column is extra."""

        strict = True
        coerce = False
        ordered = True


class ParsedEvents(Schema):
    """One row per raw log line that could be read: `data/events/<system>/part-*.parquet`."""

    line: pl.UInt64 = pa.Field(ge=1, description="1-based number in the raw log, members in order")
    time: pl.Datetime("us", "UTC") = pa.Field(nullable=True)
    node: pl.String = pa.Field(nullable=True)
    component: pl.String = pa.Field(nullable=True)
    level: pl.String = pa.Field(nullable=True, description="severity word as the line has it")
    message_id: pl.UInt32
    template_id: pl.UInt32
    label: pl.String = pa.Field(nullable=True, description="alert tag or kind of failure; null where normal")
    anomalous: pl.Boolean
    session: pl.String = pa.Field(nullable=True, description="block or application, where the format has one")
    lines: pl.UInt32 | None = pa.Field(ge=1, description="how many raw lines it spans, as with a trace's")


class Messages(Schema):
    """One row per distinct masked message: `data/messages/<system>.parquet`. `message_id` is 0, 1, 2, …"""

    message_id: pl.UInt32 = pa.Field(unique=True)
    text: pl.String = pa.Field(description="component, level and content in words; two messages may differ in more")
    level: pl.String = pa.Field(nullable=True, description="severity word of the first event with this text")
    template_id: pl.UInt32
    count: pl.UInt64 = pa.Field(ge=1)
    first_line: pl.UInt64 = pa.Field(ge=1)


class Templates(Schema):
    """One row per mined template: `data/templates/<system>.parquet`. `template_id` is 0, 1, 2, …"""

    template_id: pl.UInt32 = pa.Field(unique=True)
    key: pl.String = pa.Field(unique=True, str_matches=r"^[0-9a-f]{16}$", description="hash of the template")
    template: pl.String = pa.Field(unique=True)
    example: pl.String = pa.Field(description="its first raw line, without the alert tag that the line may begin with")
    count: pl.UInt64 = pa.Field(ge=1)
    first_line: pl.UInt64 = pa.Field(ge=1)


class Patterns(Schema):
    """What a miner knows: `data/patterns/<system>.parquet`, in order; a statement is of the first pattern it fits."""

    generation: pl.UInt32 = pa.Field(description="which run of mining found it, from 0")
    template_id: pl.UInt32
    template: pl.String = pa.Field(str_length={"min_value": 1})
    runs: pl.Boolean = pa.Field(description="whether <*> stands for any number of words, else for one")
    words: pl.String = pa.Field(description="of the statement, separated by blanks")


class Statistics(Schema):
    """What a log adds up to, in one row: `data/statistics/<system>.parquet`."""

    lines: pl.UInt64 = pa.Field(ge=1, description="raw lines that were read, empty ones too")
    events: pl.UInt64 = pa.Field(ge=1)
    anomalous: pl.UInt64
    labels: pl.UInt32 = pa.Field(description="distinct kinds of alert; counting stops at 10,000")
    first_time: pl.Datetime("us", "UTC") = pa.Field(nullable=True, description="earliest of all events")
    last_time: pl.Datetime("us", "UTC") = pa.Field(nullable=True, description="latest of all events")
    messages: pl.UInt32 = pa.Field(ge=1, description="distinct ones")
    templates: pl.UInt32 = pa.Field(ge=1)


class Interpretations(Schema):
    """One row per template, edited by people: `data/interpretations/<system>.csv`, in order of `key`."""

    key: pl.String = pa.Field(unique=True, str_matches=r"^[0-9a-f]{16}$")
    template: pl.String
    example: pl.String = pa.Field(description="the first raw line, without an alert tag, what is private masked")
    occurrences: pl.UInt64
    interpretation: pl.String = pa.Field(str_length={"min_value": 1})
    source: pl.String = pa.Field(isin=WRITERS)
    status: pl.String = pa.Field(isin=STATUSES)
    verdict: pl.String = pa.Field(isin=VERDICTS)
    reviewer: pl.String
    reviewed_at: pl.String
    note: pl.String
    problems: pl.String
    written: pl.String = pa.Field(
        str_matches=r"^(?:[a-p]{16})?$", description="fingerprint of the sentence that crosslog wrote last; or unknown"
    )


class Annotations(Schema):
    """What people call lines and spans of a log, edited by them: `labels/<system>.csv`."""

    first_line: pl.UInt64 = pa.Field(ge=1)
    last_line: pl.UInt64 = pa.Field(ge=1, description="inclusive")
    label: pl.String = pa.Field(str_length={"min_value": 1}, description="normal, anomalous, or a kind of anomaly")
    annotator: pl.String = pa.Field(str_length={"min_value": 1})
    annotated_at: pl.String
    note: pl.String


class Proposals(Schema):
    """Weak verdicts carried over from other systems, answered by people: `data/proposals/<system>.csv`."""

    key: pl.String = pa.Field(unique=True, str_matches=r"^[0-9a-f]{16}$")
    template: pl.String
    proposal: pl.String = pa.Field(isin=("", "normal", "anomalous"), description="empty where nothing matches")
    confidence: pl.Float64 = pa.Field(in_range={"min_value": 0, "max_value": 1})
    by: pl.String = pa.Field(isin=("", "meaning", "letters", "both"))
    matched_system: pl.String
    matched_key: pl.String
    matched_template: pl.String
    state: pl.String = pa.Field(isin=("known", "drifted", "new"))
    answer: pl.String = pa.Field(isin=("", "accept", "refuse"))
    reviewer: pl.String
    answered_at: pl.String


class Units(Schema):
    """Which vector stands for which message: `data/embeddings/<system>/<representation>-<encoder>.parquet`."""

    message_id: pl.UInt32 = pa.Field(unique=True)
    row: pl.UInt32 = pa.Field(description="row of the .npy beside it; one row per distinct text")
    text: pl.String = pa.Field(str_length={"min_value": 1})
    encoding: pl.String = pa.Field(
        str_matches=r"^[0-9a-f]{16}$", description="hash of encoder and options, which a system may have of its own"
    )
    unit_length: pl.Boolean = pa.Field(description="whether the encoder's vectors have length one")


class EpisodeWindows(Schema):
    """The windows of an experiment's roles: `data/episodes/<experiment>/<part>/windows.parquet`, in order.

    The parts are `sources` and `target`, each a bundle that needs nothing else: what a target's texts become does not
    make what was learnt on the sources stale. A system that is both (`sources: all_but_target`) is in both.
    """

    system: pl.String
    episode: pl.UInt32
    role: pl.String = pa.Field(isin=ROLES)
    first: pl.UInt64 = pa.Field(description="its first event: a row, from 0, of the system's in events.parquet")
    last: pl.UInt64 = pa.Field(ge=1, description="one past its last event")
    anomalous: pl.Boolean = pa.Field(description="whether any of its events is")


class EpisodeEvents(Schema):
    """Every event of the windows, once, as they are cut: `data/episodes/<experiment>/<part>/events.parquet`."""

    system: pl.String
    line: pl.UInt64 = pa.Field(ge=1)
    time: pl.Datetime("us", "UTC") = pa.Field(nullable=True)
    node: pl.String = pa.Field(nullable=True)
    session: pl.String = pa.Field(nullable=True)
    message: pl.UInt32 = pa.Field(description="row of messages.parquet")
    unit: pl.UInt32 = pa.Field(description="row of vectors.npy and texts.parquet")
    label: pl.String = pa.Field(nullable=True)
    anomalous: pl.Boolean


class EpisodeMessages(Schema):
    """The distinct messages of a bundle: `data/episodes/<experiment>/<part>/messages.parquet`."""

    message: pl.UInt32 = pa.Field(unique=True)
    text: pl.String
    template: pl.String
    severity: pl.Int8 = pa.Field(ge=-1, le=7, description="0 debug … 7 emergency; -1 unknown")


class EpisodeTexts(Schema):
    """The distinct texts behind the rows of vectors.npy: `data/episodes/<experiment>/<part>/texts.parquet`."""

    unit: pl.UInt32 = pa.Field(unique=True)
    text: pl.String
    encoding: pl.String = pa.Field(description="as in Units: a text has one vector per encoding")
    unit_length: pl.Boolean


class Scores(Schema):
    """A score per unit (event, window or session) of an episode: `data/scores/<experiment>/<detector>.parquet`."""

    seed: pl.Int64
    target: pl.String
    episode: pl.UInt32
    support: pl.UInt32 = pa.Field(description="the episode whose support the detector was given")
    role: pl.String = pa.Field(isin=("support", "query"), description="support: of that episode")
    unit: pl.UInt32 = pa.Field(description="from 0, in order of windows and of the events in them")
    line: pl.UInt64 = pa.Field(ge=1, description="of the event that was scored, or of the first one of the window")
    score: pl.Float32 = pa.Field(
        in_range={"min_value": -1e30, "max_value": 1e30}, description="finite; higher is more anomalous"
    )
    labelled: pl.Boolean = pa.Field(description="whether the detector was given a label of any event of this unit")
    sources: pl.String = pa.Field(description="the systems that the detector was fitted and adapted with")


class Steps(Schema):
    """What each adaptation step flags in a query: `data/steps/<experiment>/<detector>.parquet`; empty without steps."""

    seed: pl.Int64
    target: pl.String
    episode: pl.UInt32
    step: pl.UInt32 = pa.Field(description="gradient steps on the support; 0 is before the first")
    hits: pl.UInt32 = pa.Field(description="anomalous units flagged at the fixed threshold")
    alarms: pl.UInt32 = pa.Field(description="units flagged at the fixed threshold")
    anomalous: pl.UInt32
    scored: pl.Boolean = pa.Field(description="whether the scores are those of this step, of one per seed and fold")


class Trials(Schema):
    """The history of a search for hyper-parameters: `data/tuned/<experiment>/<detector>.trials.json`, a row a line."""

    trial: pl.UInt32 = pa.Field(unique=True)
    state: pl.String = pa.Field(isin=("complete", "pruned", "failed"))
    value: pl.Float64 = pa.Field(nullable=True, description="mean worth over the sources left out; null where pruned")
    left_out: pl.String = pa.Field(description="worth on each source left out, as JSON, as far as the trial came")
    values: pl.String = pa.Field(description="hyper-parameters as JSON")
    chosen: pl.Boolean


class Metrics(Schema):
    """Tidy numbers with intervals: `data/metrics/<experiment>/<arm>/<detector>.json`, a row a line."""

    experiment: pl.String
    target: pl.String = pa.Field(description="a system, or * for the mean over several targets")
    detector: pl.String
    level: pl.String = pa.Field(isin=LEVELS)
    metric: pl.String
    threshold: pl.String = pa.Field(
        isin=("", "fixed", "support"), description="where the threshold is from; empty: none needed"
    )
    value: pl.Float64 = pa.Field(
        nullable=True, description="null where it is not defined, such as recall of no anomalies"
    )
    low: pl.Float64 = pa.Field(nullable=True, description="lower end of the bootstrap interval")
    high: pl.Float64 = pa.Field(nullable=True)
    folds: pl.UInt32 = pa.Field(description="folds in which the number is defined")
    resampled: pl.String = pa.Field(
        isin=("targets", "episodes", "blocks", "families"), description="what the interval resamples, beside seeds"
    )


class Audits(Schema):
    """What the leak audit found: `data/audits/<experiment>/<arm>/<detector>.json`, a row a line."""

    experiment: pl.String
    detector: pl.String
    check: pl.String
    passed: pl.Boolean = pa.Field(nullable=True, description="null where there was nothing to check")
    detail: pl.String


class Curves(Schema):
    """Mean precision over folds on a grid of recalls: `data/curves/<experiment>/<arm>/<detector>.parquet`."""

    experiment: pl.String
    detector: pl.String
    level: pl.String = pa.Field(isin=LEVELS)
    recall: pl.Float64 = pa.Field(in_range={"min_value": 0, "max_value": 1})
    precision: pl.Float64 = pa.Field(in_range={"min_value": 0, "max_value": 1})


class Resamples(Schema):
    """A whole experiment's numbers in each bootstrap resample: `data/resamples/<experiment>/<arm>/<detector>.parquet`.

    Every detector of an experiment meets the same resamples, so that their differences can be judged in pairs.
    """

    level: pl.String = pa.Field(isin=LEVELS)
    metric: pl.String
    threshold: pl.String = pa.Field(isin=("", "fixed", "support"))
    resample: pl.UInt32
    value: pl.Float32 = pa.Field(nullable=True, description="null where the resample leaves it undefined")


class Remarks(Schema):
    """What parsing met that was not a clean line, counted: `data/remarks/<system>.json`, a row a line."""

    kind: pl.String = pa.Field(description="not_utf8, nul, carriage_return, empty, unreadable, truncated, …")
    lines: pl.UInt64 = pa.Field(description="how many lines")
    first_line: pl.UInt64 = pa.Field(description="the first of them; 0 where there is none")
    sample: pl.String = pa.Field(description="the start of the first of them")
