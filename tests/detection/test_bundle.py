"""A bundle holds each event of the spans once, with dense ids, and gives windows back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from crosslog import schemas
from crosslog.detection.episodes.building import source_episodes, span_windows, target_episodes
from crosslog.detection.episodes.bundle import Bundle, BundleError, Part, bundle, inside, merged

TIME = datetime(2026, 1, 1, tzinfo=UTC)


def part(message_ids: list[int], texts: list[str], levels: list[str | None], units: list[str], first: int = 1) -> Part:
    distinct = list(dict.fromkeys(units))
    count = len(message_ids)
    return Part(
        events=pl.DataFrame(
            {
                "line": pl.Series(range(first, first + count), dtype=pl.UInt64),
                "time": pl.Series([TIME] * count, dtype=pl.Datetime("us", "UTC")),
                "message_id": pl.Series(message_ids, dtype=pl.UInt32),
                "label": pl.Series(["BROKEN" if i == 1 else None for i in message_ids], dtype=pl.String),
                "anomalous": [i == 1 for i in message_ids],
            }
        ),
        messages=pl.DataFrame(
            {
                "message_id": pl.Series(range(len(texts)), dtype=pl.UInt32),
                "text": texts,
                "level": pl.Series(levels, dtype=pl.String),
            }
        ),
        units=pl.DataFrame(
            {
                "message_id": pl.Series(range(len(texts)), dtype=pl.UInt32),
                "row": pl.Series([distinct.index(unit) for unit in units], dtype=pl.UInt32),
                "text": units,
            }
        ),
        vectors=np.array([[len(text), ord(text[0])] for text in distinct], dtype=np.float32),
    )


def spans(*rows: tuple[int, str, str, int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(*row, row[4] - row[3] + 1, 0, 42) for row in rows], schema=schemas_of(schemas.Spans), orient="row"
    )


def schemas_of(schema: type[schemas.Schema]) -> dict[str, pl.DataType]:
    return {name: column.dtype.type for name, column in schema.to_schema().columns.items()}


def old_part() -> Part:
    return part([2, 1, 2, 0], ["unused at first", "pump broke", "pump ok"], [None, "FATAL", "Info "], ["u", "b", "ok"])


def new_part() -> Part:
    return part([0, 1, 1, 0, 0], ["pump ok", "valve broke"], ["loud", "error"], ["ok", "b"], first=11)


OLD_SPANS = ((0, "old", "source_support", 1, 2), (0, "old", "source_query", 3, 4))
NEW_SPANS = ((0, "new", "support", 11, 12), (0, "new", "query", 13, 15))


@pytest.fixture
def made() -> Bundle:
    return bundle(spans(*OLD_SPANS, *NEW_SPANS), {"old": old_part(), "new": new_part()})


def test_ids_are_dense_and_in_order_of_first_use_over_all_systems(made: Bundle) -> None:
    assert made.messages["text"].to_list() == ["pump ok", "pump broke", "unused at first", "valve broke"]
    assert made.texts["text"].to_list() == ["ok", "b", "u"]
    assert made.events["message"].to_list() == [0, 1, 0, 2, 0, 3, 3, 0, 0]
    assert made.events["unit"].to_list() == [0, 1, 0, 2, 0, 1, 1, 0, 0]
    assert made.events["system"].to_list() == ["old"] * 4 + ["new"] * 5


def test_two_bundles_merge_into_the_one_that_both_parts_would_have_made(made: Bundle) -> None:
    sources = bundle(spans(*OLD_SPANS), {"old": old_part()})
    both = merged(sources, bundle(spans(*NEW_SPANS), {"new": new_part()}))
    for name in ("spans", "events", "messages", "texts"):
        assert getattr(both, name).equals(getattr(made, name)), name
    assert np.array_equal(both.vectors, made.vectors)


def test_bundles_of_two_encoders_do_not_merge(made: Bundle) -> None:
    wider = replace(made, vectors=np.ones((3, 5), dtype=np.float32))
    with pytest.raises(BundleError, match="differ in length"):
        merged(made, wider)


def test_frames_keep_their_schemas(made: Bundle) -> None:
    schemas.EpisodeEvents.validate(made.events)
    schemas.EpisodeMessages.validate(made.messages)
    schemas.EpisodeTexts.validate(made.texts)


def test_each_text_keeps_its_vector(made: Bundle) -> None:
    assert made.vectors.tolist() == [[2, ord("o")], [1, ord("b")], [1, ord("u")]]


def test_severity_is_of_the_first_use_on_one_scale_and_unknown_words_say_nothing(made: Bundle) -> None:
    assert made.messages["severity"].to_list() == [1, 7, -1, 4]


def test_an_event_without_a_vector_is_refused_with_its_line() -> None:
    broken = part([0, 1], ["a", "b"], [None, None], ["a", "b"])
    broken = Part(broken.events, broken.messages, broken.units.head(1), broken.vectors)
    with pytest.raises(BundleError, match=r"old: 1 events .* the first in line 2 \(message_id 1\)"):
        bundle(spans(), {"old": broken})


def test_vectors_of_two_encoders_do_not_mix() -> None:
    one = part([0], ["a"], [None], ["a"])
    other = Part(one.events, one.messages, one.units, np.ones((1, 3), dtype=np.float32))
    with pytest.raises(BundleError, match=r"differ in length: \{'old': 2, 'new': 3\}"):
        bundle(spans(), {"old": one, "new": other})


def test_only_events_inside_a_span_are_kept() -> None:
    events = pl.DataFrame({"line": pl.Series([1, 2, 3, 7, 9], dtype=pl.UInt64)})
    drawn = spans((0, "old", "support", 2, 3), (0, "old", "query", 8, 9))
    assert inside(events, drawn)["line"].to_list() == [2, 3, 9]


def test_windows_of_a_span_are_padded_at_the_end(made: Bundle) -> None:
    (episode,) = target_episodes(made, 2)
    assert episode.query.lines.tolist() == [[13, 14], [15, -1]]
    assert episode.query.ids.tolist() == [[1, 0], [0, -1]]
    assert episode.query.messages.tolist() == [[3, 0], [0, -1]]
    assert episode.query.labels.tolist() == [[True, False], [False, False]]
    assert episode.query.real.tolist() == [[True, True], [True, False]]
    assert (episode.query.system, episode.query.texts[1], episode.query.message_texts[3]) == ("new", "b", "valve broke")


def test_sources_come_in_the_order_of_the_experiment(made: Bundle) -> None:
    (source,) = source_episodes(made, 100)
    assert source.support.system == "old"
    assert source.support.labels[0, :3].tolist() == [False, True, False]
    assert source.query.lines[0, :3].tolist() == [3, 4, -1]


def test_a_span_that_the_bundle_does_not_hold_is_refused(made: Bundle) -> None:
    with pytest.raises(ValueError, match="the bundle holds 1 events of the span"):
        span_windows(made, {"system": "new", "first_line": 15, "last_line": 20, "events": 6}, 2)
