"""A bundle holds each event of the windows once, with dense ids, and gives windows back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from crosslog import schemas
from crosslog.detection.episodes.building import build_episodes, build_source_episodes
from crosslog.detection.episodes.bundle import Bundle, BundleError, SystemPart, build_bundle, merge_bundles

TIME = datetime(2026, 1, 1, tzinfo=UTC)


def part(  # noqa: PLR0917
    system: str,
    roles: tuple[str, str],
    message_ids: list[int],
    texts: list[str],
    levels: list[str | None],
    units: list[str],
    *,
    encoding: str = "e",
) -> SystemPart:
    """Two windows, the second of what is left after two events."""
    distinct, count, first = list(dict.fromkeys(units)), len(message_ids), 1 if system == "old" else 11
    ids = pl.Series(range(len(texts)), dtype=pl.UInt32)
    return SystemPart(
        windows=pl.DataFrame(
            [(system, 0, roles[0], 0, 2, False), (system, 0, roles[1], 2, count, False)],
            schema={name: column.dtype.type for name, column in schemas.EpisodeWindows.to_schema().columns.items()},
            orient="row",
        ),
        events=pl.DataFrame(
            {
                "line": pl.Series(range(first, first + count), dtype=pl.UInt64),
                "time": pl.Series([TIME] * count, dtype=pl.Datetime("us", "UTC")),
                "node": pl.Series(["n1"] * count),
                "session": pl.Series(["a", *["b"] * (count - 1)]),
                "message_id": pl.Series(message_ids, dtype=pl.UInt32),
                "label": pl.Series(["BROKEN" if i == 1 else None for i in message_ids], dtype=pl.String),
                "anomalous": [i == 1 for i in message_ids],
            }
        ),
        messages=pl.DataFrame(
            {"message_id": ids, "text": texts, "level": pl.Series(levels, dtype=pl.String), "template_id": ids}
        ),
        templates=pl.DataFrame({"template_id": ids, "template": [f"{text} <*>" for text in texts]}),
        units=pl.DataFrame(
            {
                "message_id": ids,
                "row": pl.Series([distinct.index(unit) for unit in units], dtype=pl.UInt32),
                "text": units,
            }
        ).with_columns(encoding=pl.lit(encoding), unit_length=pl.lit(value=True)),
        vectors=np.array([[len(text), ord(text[0]) + len(encoding)] for text in distinct], dtype=np.float32),
    )


OLD = (["unused at first", "pump broke", "pump ok"], [None, "FATAL", "Info "], ["u", "b", "ok"])


def old_part() -> SystemPart:
    return part("old", ("source_support", "source_query"), [2, 1, 2, 0], *OLD)


def new_part(encoding: str = "e") -> SystemPart:
    texts, levels = ["pump ok", "valve broke"], ["info", "error"]
    return part("new", ("support", "query"), [0, 1, 1, 0, 0], texts, levels, ["ok", "b"], encoding=encoding)


@pytest.fixture
def made() -> Bundle:
    return build_bundle({"old": old_part(), "new": new_part()})


def test_ids_are_dense_and_in_order_of_first_use_over_all_systems(made: Bundle) -> None:
    assert made.messages["text"].to_list() == ["pump ok", "pump broke", "unused at first", "valve broke"]
    assert made.texts["text"].to_list() == ["ok", "b", "u"]
    assert made.events["message"].to_list() == [0, 1, 0, 2, 0, 3, 3, 0, 0]
    assert made.events["unit"].to_list() == [0, 1, 0, 2, 0, 1, 1, 0, 0]
    assert made.events["system"].to_list() == ["old"] * 4 + ["new"] * 5


def test_two_bundles_merge_into_the_one_that_both_parts_would_have_made(made: Bundle) -> None:
    both = merge_bundles(build_bundle({"old": old_part()}), build_bundle({"new": new_part()}))
    for name in ("windows", "events", "messages", "texts"):
        assert getattr(both, name).equals(getattr(made, name)), name
    assert np.array_equal(both.vectors, made.vectors)


def test_a_text_that_two_systems_encode_otherwise_has_a_vector_of_each_in_whatever_order() -> None:
    for first, second in ((old_part(), new_part("other")), (new_part("other"), old_part())):
        names = [part.windows["system"][0] for part in (first, second)]
        apart = build_bundle(dict(zip(names, (first, second), strict=True)))
        merged = merge_bundles(build_bundle({names[0]: first}), build_bundle({names[1]: second}))
        for bundle in (apart, merged):
            old, new = (bundle.events.filter(pl.col("system") == name)["unit"] for name in ("old", "new"))
            assert bundle.vectors[old[0]].tolist() == [2, ord("o") + 1]
            assert bundle.vectors[new[0]].tolist() == [2, ord("o") + 5]


def test_a_message_that_two_systems_share_keeps_the_severity_and_template_of_each() -> None:
    louder = replace(new_part(), messages=new_part().messages.with_columns(level=pl.lit("fatal")))
    both = build_bundle({"old": old_part(), "new": louder})
    ok = both.messages.filter(text="pump ok")
    assert ok["severity"].to_list() == [1, 7]


def test_bundles_of_two_encoders_do_not_merge(made: Bundle) -> None:
    wider = replace(made, vectors=np.ones((3, 5), dtype=np.float32))
    with pytest.raises(BundleError, match="differ in length"):
        merge_bundles(made, wider)


def test_frames_keep_their_schemas(made: Bundle) -> None:
    schemas.EpisodeWindows.validate(made.windows)
    schemas.EpisodeEvents.validate(made.events)
    schemas.EpisodeMessages.validate(made.messages)
    schemas.EpisodeTexts.validate(made.texts)


def test_severity_is_on_one_scale_and_unknown_words_say_nothing(made: Bundle) -> None:
    assert made.messages["severity"].to_list() == [1, 7, -1, 4]


def test_an_event_without_a_vector_is_refused_with_its_line() -> None:
    broken = replace(old_part(), units=old_part().units.filter(pl.col("message_id") != 1))
    with pytest.raises(BundleError, match=r"old: 1 events .* the first in line 2 \(message_id 1\)"):
        build_bundle({"old": broken})


def test_vectors_of_two_encoders_do_not_mix() -> None:
    wide = replace(new_part(), vectors=np.ones((2, 3), dtype=np.float32))
    with pytest.raises(BundleError, match=r"differ in length: \{'old': 2, 'new': 3\}"):
        build_bundle({"old": old_part(), "new": wide})


def test_windows_come_back_with_all_that_their_events_have(made: Bundle) -> None:
    (episode,) = build_episodes(made, "new", "event", source=False)
    query = episode.query
    assert query.lines.tolist() == [[13, 14, 15]]
    assert query.ids.tolist() == [[1, 0, 0]]
    assert query.labels.tolist() == [[True, False, False]]
    events, texts = query.events, query.events.texts
    assert (query.system, texts.texts[1], texts.messages[3]) == ("new", "b", "valve broke")
    assert [texts.templates[i] for i in events.templates] == [f"{texts.messages[i]} <*>" for i in events.messages]
    assert events.sessions.tolist() == [0, 1, 1, 1, 1]
    assert events.nodes.tolist() == [0] * 5
    assert events.times[0] == TIME.timestamp() * 1e6


def test_sources_come_in_the_order_of_the_experiment(made: Bundle) -> None:
    (source,) = build_source_episodes(made, ["old"], "window")
    assert source.support.system == "old"
    assert source.support.truth.tolist() == [True]
    assert source.query.lines.tolist() == [[3, 4]]


def test_windows_that_the_bundle_does_not_hold_are_refused(made: Bundle) -> None:
    beyond = replace(made, windows=made.windows.with_columns(last=pl.col("last") + 9))
    with pytest.raises(ValueError, match="the bundle holds 5 events of new: run the stage sample again"):
        build_episodes(beyond, "new", "event", source=False)


def test_a_system_in_both_bundles_has_the_events_of_each_in_its_windows() -> None:
    later = new_part().events.with_columns(line=pl.col("line") + 100)
    taught = replace(
        new_part(), events=later, windows=new_part().windows.with_columns(role=pl.concat_str(pl.lit("source_"), "role"))
    )
    both = merge_bundles(build_bundle({"old": old_part(), "new": taught}), build_bundle({"new": new_part()}))
    (source,) = build_episodes(both, "new", "event", source=True)
    (target,) = build_episodes(both, "new", "event", source=False)
    assert source.support.lines.tolist() == [[111, 112]]
    assert target.support.lines.tolist() == [[11, 12]]
    assert target.query.lines.tolist() == [[13, 14, 15]]
