from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from embedding.models_made_here import tiny_bert
from projects import small_settings, write_params

from crosslog import artifacts, plugins, settings
from crosslog.csv_files import CsvError
from crosslog.embedding.encoder import RoundedEncoder
from crosslog.interpretation.review import decisions, table
from tasks import embed, interpret

MESSAGES = ["gear 1 broke", "widget <*> spun left", "widget <*> spun right", "gear 2 broke", ""]
TEMPLATES = {"a" * 16: "widget <*> spun <*>", "b" * 16: "gear <*> broke", "c" * 16: "gear <*> cracked apart"}
TEMPLATE_OF = [1, 0, 0, 1, 2]
GRID_BITS = 12


@pytest.fixture
def toys(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system `toys` with parsed messages and templates, interpreted by rules and embedded by hashing."""
    write_params(workspace)
    use(monkeypatch, encoder="hashing", options={"dim": 16, "seed": 1})
    messages = {
        "message_id": range(5),
        "text": MESSAGES,
        "level": [None] * 5,
        "template_id": TEMPLATE_OF,
        "count": [1] * 5,
        "first_line": range(1, 6),
    }
    kinds = {"level": pl.String, "count": pl.UInt64, "first_line": pl.UInt64, "template_id": pl.UInt32}
    artifacts.MESSAGES.write(pl.DataFrame(messages, schema_overrides={**kinds, "message_id": pl.UInt32}), system="toys")
    templates = {
        "template_id": range(3),
        "key": list(TEMPLATES),
        "template": list(TEMPLATES.values()),
        "example": ["x"] * 3,
        "count": [2, 2, 1],
        "first_line": [2, 1, 5],
    }
    artifacts.TEMPLATES.write(pl.DataFrame(templates, schema_overrides=kinds), system="toys")
    return workspace


def use(monkeypatch: pytest.MonkeyPatch, **embed: Any) -> None:
    """Let params.yaml say this of the encoder `words`, and a suite ask for all representations of `toys`."""
    asked = SimpleNamespace(encoders={"words": {"toys": ("message", "template", "interpretation")}})
    block = settings.EmbedSettings(grid_bits=GRID_BITS, **embed)
    changed = small_settings().model_copy(update={"encoders": {"words": block}})
    monkeypatch.setattr(settings.Settings, "run", asked)
    monkeypatch.setattr(settings.Settings, "load", classmethod(lambda cls: changed))


def seconds() -> dict[str, dict[str, Any]]:
    return json.loads(Path("data/seconds/embed/toys.json").read_text(encoding="utf-8"))


def units(representation: str) -> list[tuple[int, int, str]]:
    frame = artifacts.UNITS.read(system="toys", representation=representation, encoder="words")
    path = artifacts.UNITS.at(system="toys", representation=representation, encoder="words").with_suffix(".npy")
    vectors = artifacts.read_vectors(path, rows=frame["row"].max() + 1)
    encoder = RoundedEncoder(plugins.build("embedding.encoders", "hashing", {"dim": 16, "seed": 1}), GRID_BITS)
    for row, text in frame.select("row", "text").iter_rows():
        assert np.array_equal(vectors[row], encoder.encode([text])[0])
    return frame.select("message_id", "row", "text").rows()


def test_each_representation_has_a_row_per_distinct_text_in_order_of_need(toys: Path) -> None:
    interpret.main("toys")
    embed.main("words")
    assert units("message") == [
        (0, 0, "gear 1 broke"),
        (1, 1, "widget <*> spun left"),
        (2, 2, "widget <*> spun right"),
        (3, 3, "gear 2 broke"),
        (4, 4, "(empty message)"),
    ]
    gear, widget, cracked = "gear <*> broke", "widget <*> spun <*>", "gear <*> cracked apart"
    assert units("template") == [(0, 0, gear), (1, 1, widget), (2, 1, widget), (3, 0, gear), (4, 2, cracked)]
    assert [row for _, row, _ in units("interpretation")] == [0, 1, 1, 0, 2]


def test_every_row_says_which_encoding_it_has_and_whether_its_length_is_one(
    toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"model": str(tiny_bert(toys / "m")), "batch_size": 4, "max_tokens": 12}
    interpret.main("toys")
    found: dict[str, list[str]] = {}
    for name, systems in (("others", {}), ("toys", {"toys": {"max_tokens": 5}})):
        use(monkeypatch, encoder="bert_published", options=options, systems=systems)
        embed.main("words")
        frame = artifacts.UNITS.read(system="toys", representation="message", encoder="words")
        found[name] = frame["encoding"].unique().to_list()
        assert frame["unit_length"].unique().to_list() == [False]
    assert len(found["toys"]) == len(found["others"]) == 1
    assert found["toys"] != found["others"]


def test_a_second_run_encodes_nothing_and_writes_the_same_bytes(toys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    interpret.main("toys")
    embed.main("words")
    before = {path: path.read_bytes() for path in Path("data").rglob("*") if path.is_file()}
    capsys.readouterr()
    interpret.main("toys")
    embed.main("words")
    assert {path: path.read_bytes() for path in Path("data").rglob("*") if path.is_file()} == before
    assert capsys.readouterr().out.count(" 0 new, ") == 3


def test_an_edited_row_is_exactly_one_new_vector(toys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    interpret.main("toys")
    embed.main("words")
    path = artifacts.interpretations_path("toys")
    sentence = table.parse_rows(path.read_bytes(), "")["interpretation"][0]
    path.write_text(path.read_text(encoding="utf-8").replace(sentence, "A person knew better."), encoding="utf-8")
    interpret.main("toys")
    capsys.readouterr()
    embed.main("words")
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(", ")[1] for line in printed] == ["0 new", "0 new", "1 new"]
    assert units("interpretation")[1] == (1, 1, "A person knew better.")
    rows = table.parse_rows(path.read_bytes(), "")
    assert rows.row(0, named=True)["status"] == "edited"
    assert rows.row(0, named=True)["source"] == "person"


def test_the_length_of_a_system_reaches_its_vectors_and_no_others(toys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"model": str(tiny_bert(toys / "m")), "batch_size": 4, "max_tokens": 12}
    interpret.main("toys")
    found = {}
    for system in ("toys", "others"):
        use(monkeypatch, encoder="bert_published", options=options, systems={system: {"max_tokens": 5}})
        embed.main("words")
        found[system] = artifacts.read_vectors(Path("data/embeddings/words/toys/message.npy"), rows=5)
    texts = [*MESSAGES[:4], embed.EMPTY]
    for system, max_tokens in (("toys", 5), ("others", 12)):
        encoder = plugins.build("embedding.encoders", "bert_published", {**options, "max_tokens": max_tokens})
        assert np.array_equal(found[system], RoundedEncoder(encoder, GRID_BITS).encode(texts))
    assert not np.allclose(found["toys"], found["others"], atol=1e-2)


def test_seconds_are_those_of_the_run_that_encoded(toys: Path) -> None:
    interpret.main("toys")
    embed.main("words")
    first = seconds()
    assert {name: (entry["texts"], entry["new"]) for name, entry in first.items()} == {
        "message-words": (5, 5),
        "template-words": (3, 3),
        "interpretation-words": (3, 3),
    }
    assert all(entry["seconds"] >= 0 for entry in first.values())
    embed.main("words")
    assert seconds() == first


def test_seconds_of_another_encoder_take_the_place_of_those_that_no_longer_hold(
    toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpret.main("toys")
    for seed, new in ((1, 5), (2, 5), (1, 0)):
        use(monkeypatch, encoder="hashing", options={"dim": 16, "seed": seed})
        embed.main("words")
        assert (seconds()["message-words"]["identity"], seconds()["message-words"]["new"]) == (
            f"hashing-16-{seed}-grid{GRID_BITS}",
            new,
        )


def test_a_template_without_interpretation_is_an_error_that_says_what_to_run(toys: Path) -> None:
    with pytest.raises(artifacts.ArtifactError, match="dvc repro interpret@toys"):
        embed.main("words")
    interpret.main("toys")
    path = artifacts.interpretations_path("toys")
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    with pytest.raises(artifacts.ArtifactError, match=r"no interpretation for 2 templates.*dvc repro interpret@toys"):
        embed.main("words")


def test_a_csv_that_cannot_be_read_is_left_as_it_is(toys: Path) -> None:
    interpret.main("toys")
    path = artifacts.interpretations_path("toys")
    path.write_text(path.read_text(encoding="utf-8") + "<<<<<<< mine\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(CsvError, match=r"toys\.csv, line 5"):
        interpret.main("toys")
    assert path.read_bytes() == before


def test_new_rules_renew_untouched_rows_and_no_others(toys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interpret.main("toys")
    path = artifacts.interpretations_path("toys")
    rows = table.parse_rows(path.read_bytes(), "")
    artifacts.write_text(path, table.format_rows(decisions.apply_decision(rows, "b", {"status": "approved"})))
    rules = importlib.import_module("crosslog.interpretation.rules.sentences")
    monkeypatch.setattr(rules, "find_sentence", lambda template: "New rules say so.")
    interpret.main("toys")
    after = table.parse_rows(path.read_bytes(), "")
    assert after["status"].to_list() == ["pending", "approved", "pending"]
    assert (after["interpretation"] == "New rules say so.").to_list() == [True, False, True]


def test_the_stage_says_what_it_did(toys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    interpret.main("toys")
    assert capsys.readouterr().out == "interpret toys: 3 rows, 3 added, 0 of people, 3 quoted, 0 with problems\n"
