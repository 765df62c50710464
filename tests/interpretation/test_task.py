from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import chat
import polars as pl
import pytest
from chat import ChatServer
from projects import small_settings

from crosslog import artifacts, settings
from crosslog.interpretation.review import decisions, table
from tasks import interpret

TEMPLATES = {"a" * 16: "widget <*> spun", "b" * 16: "gear <*> broke"}
SYSTEM = "toys: {description: Toys, kind: a toy factory, format: plain, simulated: toys, labels: none}\n"
Setter = Callable[..., None]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat.serving() as running:
        yield running


@pytest.fixture
def change(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Setter:
    """Changes the interpret block of params.yaml, in a workspace with a system `toys`."""
    loaded = small_settings()
    Path("systems.yaml").write_text(SYSTEM, encoding="utf-8")
    write_templates(*TEMPLATES)

    def apply(**changes: object) -> None:
        block = settings.InterpretSettings(**(loaded.interpret.model_dump() | changes))
        now = loaded.model_copy(update={"interpret": block})
        monkeypatch.setattr(settings.Settings, "load", classmethod(lambda cls: now))

    return apply


@pytest.fixture
def asked(server: ChatServer, change: Setter) -> list[str]:
    """An endpoint that answers, a template a request; the templates it was asked."""
    change(online=True, base_url=server.url, max_retries=0, batch=1, concurrency=1)
    questions: list[str] = []

    def answer(handler: chat.Handler, body: dict[str, object]) -> None:
        (entry,) = chat.entries(body)
        questions.append(entry["template"])
        noted = "the left one" in entry.get("reviewer", "")
        handler.send(chat.completion("The left gear lost a tooth." if noted else chat.sentence(entry["template"])))

    server.always = answer
    return questions


def write_templates(*keys: str) -> None:
    columns = {
        "template_id": range(len(keys)),
        "key": keys,
        "template": [TEMPLATES[key] for key in keys],
        "example": [TEMPLATES[key].replace("<*>", "7") for key in keys],
        "count": [3] * len(keys),
        "first_line": [1] * len(keys),
    }
    kinds = {"template_id": pl.UInt32, "count": pl.UInt64, "first_line": pl.UInt64}
    artifacts.TEMPLATES.write(pl.DataFrame(columns, schema_overrides=kinds), system="toys")


def rows() -> pl.DataFrame:
    return table.parse_rows(artifacts.interpretations_path("toys").read_bytes(), "toys.csv")


def test_a_second_run_asks_nothing_and_writes_the_same_bytes(asked: list[str]) -> None:
    interpret.main("toys")
    assert len(asked) == 2
    assert rows()["source"].to_list() == ["llm", "llm"]
    before = artifacts.interpretations_path("toys").read_bytes()
    interpret.main("toys")
    assert len(asked) == 2
    assert artifacts.interpretations_path("toys").read_bytes() == before


def test_the_raw_line_beside_a_template_is_masked_and_a_model_sees_less_of_it_still(
    change: Setter, server: ChatServer
) -> None:
    change(online=True, base_url=server.url, max_retries=0, batch=1, concurrency=1)
    seen: list[str] = []

    def answer(handler: chat.Handler, body: dict[str, object]) -> None:
        (entry,) = chat.entries(body)
        seen.append(entry["example"])
        handler.send(chat.completion(chat.sentence(entry["template"])))

    server.always = answer
    write_templates("a" * 16)
    line = "2024-05-06 sshd[77] widget 7 spun user=jgrau on jgraus laptop at 10.1.2.3 <jgrau>"
    frame = artifacts.TEMPLATES.read(system="toys").with_columns(example=pl.lit(line))
    artifacts.TEMPLATES.write(frame, system="toys")
    interpret.main("toys")
    kept = "2024-05-06 sshd[77] widget 7 spun user=<user> on jgraus laptop at <address> <jgrau>"
    assert rows()["example"].to_list() == [kept]
    assert seen == ["<*> sshd[<*>] widget <*> spun user=<user> on <*> <*> at <address> <<*>>"]


def test_a_lost_csv_comes_back_from_the_answers_without_a_request(asked: list[str]) -> None:
    interpret.main("toys")
    before = artifacts.interpretations_path("toys").read_bytes()
    artifacts.interpretations_path("toys").unlink()
    interpret.main("toys")
    assert (len(asked), artifacts.interpretations_path("toys").read_bytes()) == (2, before)


def test_a_rejected_row_is_asked_again_once_with_its_note(asked: list[str]) -> None:
    interpret.main("toys")
    noted = decisions.apply_decision(rows(), "b", {"status": "rejected", "note": "the left one"})
    artifacts.write_text(artifacts.interpretations_path("toys"), table.format_rows(noted))
    interpret.main("toys")
    interpret.main("toys")
    assert len(asked) == 3
    assert rows().row(1, named=True)["interpretation"] == "The left gear lost a tooth."


def test_only_a_new_template_is_asked_about(asked: list[str]) -> None:
    write_templates("a" * 16)
    interpret.main("toys")
    write_templates(*TEMPLATES)
    interpret.main("toys")
    assert ["gear" in question for question in asked] == [False, True]


def answers_removed() -> None:
    for path in Path("data/answers").iterdir():
        path.unlink()


def test_with_the_csv_alone_no_sentence_becomes_a_persons_and_a_better_one_takes_its_place(
    asked: list[str], server: ChatServer
) -> None:
    interpret.main("toys")
    before = artifacts.interpretations_path("toys").read_bytes()
    answers_removed()
    interpret.main("toys")
    assert artifacts.interpretations_path("toys").read_bytes() == before
    answers_removed()
    server.always = chat.says("The better model says more of it.")
    interpret.main("toys")
    assert rows().select("interpretation", "source", "status").row(0) == (
        "The better model says more of it.",
        "llm",
        "pending",
    )


def test_a_copy_of_csv_and_answers_asks_nothing(asked: list[str]) -> None:
    interpret.main("toys")
    before = artifacts.interpretations_path("toys").read_bytes()
    kept = {Path("data/interpretations/toys.csv"), Path("data/answers/toys.jsonl"), Path("data/templates/toys.parquet")}
    for path in [path for path in Path("data").rglob("*") if path.is_file() and path not in kept]:
        path.unlink()
    interpret.main("toys")
    assert (len(asked), artifacts.interpretations_path("toys").read_bytes()) == (2, before)


@pytest.mark.parametrize(("status", "becomes"), [("pending", "edited"), ("approved", "approved")])
def test_a_sentence_typed_over_is_a_persons_also_where_the_answers_are_lost(
    asked: list[str], status: str, becomes: str
) -> None:
    interpret.main("toys")
    path = artifacts.interpretations_path("toys")
    text = path.read_text(encoding="utf-8")
    typed = text.replace("The widget did some of its work.,llm,pending", f"I know.,llm,{status}", 1)
    assert typed != text
    artifacts.write_text(path, typed)
    answers_removed()
    interpret.main("toys")
    assert rows().select("interpretation", "source", "status").row(0) == ("I know.", "person", becomes)


def of_an_earlier_version(**typed: str) -> None:
    """The CSV without `written`, and with some sentences replaced."""
    path = artifacts.interpretations_path("toys")
    text = "".join(f"{line.rpartition(',')[0]}\n" for line in path.read_text(encoding="utf-8").splitlines())
    for old, new in typed.items():
        text = text.replace(f"The {old} did some of its work.", new)
    artifacts.write_text(path, text)


def test_a_csv_of_an_earlier_version_is_taken_over_without_a_request(asked: list[str]) -> None:
    interpret.main("toys")
    before = artifacts.interpretations_path("toys").read_bytes()
    of_an_earlier_version()
    interpret.main("toys")
    assert (artifacts.interpretations_path("toys").read_bytes(), len(asked)) == (before, 2)


def test_what_nobody_can_tell_of_an_earlier_version_is_kept_and_named(asked: list[str]) -> None:
    interpret.main("toys")
    of_an_earlier_version(widget="I know.")
    interpret.main("toys")
    assert rows().select("interpretation", "source", "status").row(0) == ("I know.", "llm", "pending")
    assert rows()["problems"][0].startswith("nobody knows whether a person wrote it")
    assert len(asked) == 2


def test_offline_the_rules_speak_and_nobody_is_asked(server: ChatServer, change: Setter) -> None:
    change(online=False, base_url=server.url)
    interpret.main("toys")
    assert (rows()["source"].to_list(), server.asked) == (["quoted", "quoted"], [])


def test_a_dry_run_says_what_it_would_cost_and_does_nothing(
    server: ChatServer, change: Setter, capsys: pytest.CaptureFixture[str]
) -> None:
    change(online=False, base_url=server.url)
    interpret.main("toys", "--dry-run")
    said = capsys.readouterr().out
    assert said.startswith("interpret toys: 2 templates, 0 answered already, 1 requests, about ")
    assert "about $0.00" in said
    assert server.asked == []
    assert not artifacts.interpretations_path("toys").exists()


def test_what_the_budget_leaves_out_is_by_rule_until_the_next_run(
    asked: list[str], server: ChatServer, change: Setter, capsys: pytest.CaptureFixture[str]
) -> None:
    online = {"online": True, "base_url": server.url, "batch": 1}
    change(**online, max_requests=1)
    interpret.main("toys")
    assert (rows()["source"].to_list(), len(asked)) == (["llm", "quoted"], 1)
    assert "language model" not in rows()["problems"][1]
    assert "1 requests, " in capsys.readouterr().out
    change(**online, max_requests=1)
    interpret.main("toys")
    assert (rows()["source"].to_list(), len(asked)) == (["llm", "llm"], 2)


def test_a_rejected_row_that_the_budget_leaves_out_stays_rejected_and_is_asked_later(
    asked: list[str], server: ChatServer, change: Setter
) -> None:
    interpret.main("toys")
    noted = decisions.apply_decision(rows(), "b", {"status": "rejected", "note": "the left one"})
    artifacts.write_text(artifacts.interpretations_path("toys"), table.format_rows(noted))
    change(online=True, base_url=server.url, batch=1, max_requests=0)
    interpret.main("toys")
    assert rows().row(1, named=True)["status"] == "rejected"
    change(online=True, base_url=server.url, batch=1)
    interpret.main("toys")
    assert rows().row(1, named=True)["interpretation"] == "The left gear lost a tooth."


def test_a_template_without_an_answer_in_form_is_by_rule_and_says_so(server: ChatServer, change: Setter) -> None:
    server.always = chat.says("PWNED")
    change(online=True, base_url=server.url, attempts=2)
    interpret.main("toys")
    interpret.main("toys")
    assert rows()["source"].to_list() == ["quoted", "quoted"]
    for found in rows()["problems"]:
        assert "the language model found no sentence in 2 tries: this one is by rule or a quotation" in found
    assert len(server.asked) == 1 + 2


def test_a_new_prompt_asks_again_and_the_old_sentences_stay_where_the_budget_ends(
    asked: list[str], server: ChatServer, change: Setter
) -> None:
    interpret.main("toys")
    before = rows()
    change(online=True, base_url=server.url, batch=1, decoding={"temperature": 0.7}, max_requests=0)
    interpret.main("toys")
    assert rows().equals(before)
