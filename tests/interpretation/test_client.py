from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as HttpRequest
from werkzeug import Response

from crosslog.interpretation import client as module
from crosslog.interpretation.answers import Answers, AnswersError
from crosslog.interpretation.client import Client, ClientError, Endpoint, sentence_of
from crosslog.interpretation.interpret import Meaning, Request

CHAT = "/v1/chat/completions"
SPUN = Request("widget <*> spun $x", 'widget 7 spun {"a": 1}')


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def client(server: HTTPServer | str, answers: Path, **changes: object) -> Client:
    url = server if isinstance(server, str) else server.url_for("/v1")
    endpoint = Endpoint(
        **{"model": "m", "base_url": url, "temperature": 0.0, "max_retries": 2, "timeout_seconds": 5.0} | changes
    )
    return Client(endpoint, "lei", "toy factories", Answers(answers))


def completion(text: str) -> Response:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return Response(json.dumps(body), content_type="application/json")


def serve(server: HTTPServer, *answers: Response) -> list[dict]:
    """Answer requests one after the other; the list fills with what was asked."""
    asked: list[dict] = []
    todo = list(answers)

    def answer(request: HttpRequest) -> Response:
        asked.append(request.json)
        return todo.pop(0)

    server.expect_request(CHAT, method="POST").respond_with_handler(answer)
    return asked


GOOD = '{"interpretation": "The widget turned around."}'


def test_a_template_is_asked_with_its_kind_its_example_and_the_settings(httpserver: HTTPServer, tmp_path: Path) -> None:
    asked = serve(httpserver, completion(GOOD))
    assert client(httpserver, tmp_path / "a.jsonl").interpret([SPUN]) == [Meaning("The widget turned around.", "llm")]
    assert (asked[0]["model"], asked[0]["temperature"]) == ("m", 0.0)
    system, user = asked[0]["messages"]
    assert "toy factories" in system["content"]
    assert SPUN.template in user["content"]
    assert SPUN.example in user["content"]


def test_a_busy_endpoint_is_asked_again_after_the_time_it_names(httpserver: HTTPServer, tmp_path: Path) -> None:
    busy = Response("{}", status=429, headers={"Retry-After": "0.1"}, content_type="application/json")
    asked = serve(httpserver, busy, Response("{}", status=503), completion(GOOD))
    assert client(httpserver, tmp_path / "a.jsonl").interpret([SPUN])[0].sentence == "The widget turned around."
    assert len(asked) == 3


def test_nonsense_is_pointed_out_and_the_second_run_asks_nothing(httpserver: HTTPServer, tmp_path: Path) -> None:
    asked = serve(httpserver, completion('{"mood": "fine"}'), completion(GOOD), completion(GOOD))
    two = [SPUN, Request("gear broke", "gear broke")]
    first = client(httpserver, tmp_path / "a.jsonl").interpret(two)
    assert len(asked) == 3
    assert [said["role"] for said in asked[1]["messages"]] == ["system", "user", "assistant", "user"]
    assert client("http://127.0.0.1:9/v1", tmp_path / "a.jsonl").interpret(two) == first
    assert len(asked) == 3


def test_who_never_answers_in_form_is_asked_three_times_and_then_no_more(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    asked = serve(httpserver, *[completion("{}")] * 3)
    assert client(httpserver, tmp_path / "a.jsonl").interpret([SPUN]) == [Meaning("", "llm")]
    assert client(httpserver, tmp_path / "a.jsonl").interpret([SPUN]) == [Meaning("", "llm")]
    assert len(asked) == 3


@pytest.mark.parametrize("changes", [{"model": "n"}, {"temperature": 0.5}])
def test_another_model_or_decoding_never_takes_an_old_answer(
    httpserver: HTTPServer, tmp_path: Path, changes: dict[str, object]
) -> None:
    asked = serve(httpserver, completion(GOOD), completion('{"interpretation": "It went round again."}'))
    client(httpserver, tmp_path / "a.jsonl").interpret([SPUN])
    assert client(httpserver, tmp_path / "a.jsonl", **changes).interpret([SPUN])[0].sentence == "It went round again."
    assert len(asked) == 2


def test_another_prompt_never_takes_an_old_answer(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = serve(httpserver, completion(GOOD), completion(GOOD))
    client(httpserver, tmp_path / "a.jsonl").interpret([SPUN])
    prompt = (module.PROMPTS / "lei.md").read_text(encoding="utf-8")
    monkeypatch.setattr(module, "PROMPTS", tmp_path)
    (tmp_path / "lei.md").write_text(prompt + "\nBe kind.\n", encoding="utf-8")
    client(httpserver, tmp_path / "a.jsonl").interpret([SPUN])
    assert len(asked) == 2


def test_a_note_of_a_reviewer_makes_another_request(httpserver: HTTPServer, tmp_path: Path) -> None:
    asked = serve(httpserver, completion(GOOD), completion(GOOD))
    client(httpserver, tmp_path / "a.jsonl").interpret([SPUN, SPUN._replace(note="the left one")])
    assert "the left one" not in asked[0]["messages"][1]["content"]
    assert "the left one" in asked[1]["messages"][1]["content"]


def test_a_refusal_keeps_the_answers_so_far(httpserver: HTTPServer, tmp_path: Path) -> None:
    serve(httpserver, completion(GOOD), Response('{"error": {"message": "no credit"}}', status=401))
    with pytest.raises(ClientError, match="answered 401"):
        client(httpserver, tmp_path / "a.jsonl").interpret([SPUN, Request("gear", "gear")])
    assert client("http://127.0.0.1:9/v1", tmp_path / "a.jsonl").interpret([SPUN])[0].sentence


def test_an_endpoint_that_is_not_there_is_an_error_that_says_what_to_change(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match=r"cannot be reached.*interpret\.online"):
        client("http://127.0.0.1:9/v1", tmp_path / "a.jsonl", max_retries=0).interpret([SPUN])


def test_without_key_and_endpoint_nothing_is_asked(tmp_path: Path) -> None:
    endpoint = Endpoint("m", None, 0.0, 0, 1.0)
    with pytest.raises(ClientError, match="OPENAI_API_KEY"):
        Client(endpoint, "lei", "toys", Answers(tmp_path / "a.jsonl")).interpret([SPUN])


def test_an_unknown_prompt_is_an_error_that_lists_the_known(tmp_path: Path) -> None:
    endpoint = Endpoint("m", "http://127.0.0.1:9/v1", 0.0, 0, 1.0)
    with pytest.raises(ClientError, match="there are: lei"):
        Client(endpoint, "lie", "toys", Answers(tmp_path / "a.jsonl")).interpret([SPUN])


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (GOOD, "The widget turned around."),
        (f"```json\n{GOOD}\n```", "The widget turned around."),
        (f"Sure! {GOOD} Anything else?", "The widget turned around."),
        ("The widget turned around.", "The widget turned around."),
        ('"Interpretation: The widget\tturned around."', "The widget turned around."),
        ('{"interpretation": 7}', ""),
        ('{"interpretation": "cut o', ""),
        ("Sure!", ""),
        ("First line of prose here.\nSecond line of prose.", ""),
        ("", ""),
    ],
)
def test_a_sentence_is_found_in_json_or_in_one_plain_line(answer: str, sentence: str) -> None:
    assert sentence_of(answer) == sentence


def test_an_answer_that_was_cut_off_is_asked_for_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "answers" / "a.jsonl"
    Answers(path).add({"q": 1}, "one", {})
    with path.open("a") as file:
        file.write('{"request": "torn')
    answers = Answers(path)
    assert "line 2 was cut off" in caplog.text
    assert (answers.get({"q": 1}), answers.get({"q": 2})) == ("one", None)
    answers.add({"q": 2}, "two", {"template": "t"})
    assert [Answers(path).get({"q": number}) for number in (1, 2)] == ["one", "two"]


def test_a_line_that_is_not_an_answer_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"answer": "without its request"}\n', encoding="utf-8")
    with pytest.raises(AnswersError, match=r"a\.jsonl, line 1"):
        Answers(tmp_path / "a.jsonl")
