from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crosslog import artifacts, settings
from crosslog.interpretation import review, table
from tasks import interpret

REPOSITORY = Path(__file__).parents[2]
TEMPLATES = {"a" * 16: "widget <*> spun", "b" * 16: "gear <*> broke"}


@pytest.fixture
def asked(workspace: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A system `toys` with two templates, and an endpoint that answers; what it was asked."""
    Path("params.yaml").write_text((REPOSITORY / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    loaded = settings.Settings.load()
    online = {"online": True, "base_url": httpserver.url_for("/v1"), "max_retries": 0}
    changed = loaded.model_copy(update={"interpret": loaded.interpret.model_copy(update=online)})
    monkeypatch.setattr(settings.Settings, "load", classmethod(lambda cls: changed))
    Path("systems.yaml").write_text("toys: {description: Toys, kind: a toy factory, simulated: toys, labels: none}\n")
    write_templates(*TEMPLATES)
    questions: list[str] = []

    def answer(request: Request) -> Response:
        question = request.json["messages"][1]["content"]
        questions.append(question)
        sentence = "The left gear lost a tooth." if "the left one" in question else "The machine did its work."
        message = {"role": "assistant", "content": json.dumps({"interpretation": sentence})}
        body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
        choices = [{"index": 0, "finish_reason": "stop", "message": message}]
        return Response(json.dumps({**body, "choices": choices}), content_type="application/json")

    httpserver.expect_request("/v1/chat/completions").respond_with_handler(answer)
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
    return table.read(table.path_of("toys").read_bytes(), "toys.csv")


def test_a_second_run_asks_nothing_and_writes_the_same_bytes(asked: list[str]) -> None:
    interpret.main("toys")
    assert len(asked) == 2
    assert rows()["source"].to_list() == ["llm", "llm"]
    before = table.path_of("toys").read_bytes()
    interpret.main("toys")
    assert len(asked) == 2
    assert table.path_of("toys").read_bytes() == before


def test_a_lost_csv_comes_back_from_the_answers_without_a_request(asked: list[str]) -> None:
    interpret.main("toys")
    before = table.path_of("toys").read_bytes()
    table.path_of("toys").unlink()
    interpret.main("toys")
    assert (len(asked), table.path_of("toys").read_bytes()) == (2, before)


def test_a_rejected_row_is_asked_again_once_with_its_note(asked: list[str]) -> None:
    interpret.main("toys")
    noted = review.decided(rows(), "b", {"status": "rejected", "note": "the left one"})
    artifacts.write_text(table.path_of("toys"), table.formatted(noted))
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


def test_a_sentence_typed_over_is_kept_also_when_the_remembered_ones_are_lost(asked: list[str]) -> None:
    interpret.main("toys")
    path = table.path_of("toys")
    artifacts.write_text(path, path.read_text(encoding="utf-8").replace("The machine did its work.", "I know.", 1))
    review.written_path_of("toys").unlink()
    interpret.main("toys")
    assert rows().row(0, named=True)["interpretation"] == "I know."
    assert rows().row(0, named=True)["status"] == "edited"
