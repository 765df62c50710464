from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import chat
import pytest
from chat import ChatServer, settings

from crosslog.faults import NetworkError
from crosslog.interpretation.llm import pace
from crosslog.interpretation.llm.budget import BudgetReachedError
from crosslog.interpretation.llm.client import Client, ClientError
from crosslog.interpretation.llm.prompting import Prompt
from crosslog.interpretation.meanings import Request

MESSAGES = Prompt.load("lei-1").messages("toys", [Request("widget spun", "widget spun")])
GOOD = '{"interpretations": [{"number": 1, "interpretation": "The widget did some of its work."}]}'


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "AZURE_OPENAI_ENDPOINT", "OPENAI_API_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pace, "FIRST_WAIT", 0.01)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat.serving() as running:
        yield running


def test_a_request_names_model_decoding_and_schema(server: ChatServer) -> None:
    decoding = {"temperature": 0.0, "max_tokens": 50, "cache_prompt": False}
    assert Client(settings(server, decoding=decoding)).ask(MESSAGES, 1) == GOOD
    (asked,) = server.asked
    assert asked["messages"] == MESSAGES
    assert {name: asked[name] for name in decoding} == decoding
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert server.paths == ["/v1/chat/completions"]


def test_model_key_and_address_may_come_from_the_environment(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_MODEL", "mine")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    assert Client(settings(server, model=None, base_url=None)).ask(MESSAGES, 1) == GOOD
    assert (server.asked[0]["model"], server.headers[0]["authorization"]) == ("mine", "Bearer k")


def test_azure_is_reached_as_azure_wants_it(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", server.url.removesuffix("/v1"))
    with pytest.raises(ClientError, match="not all that Azure needs"):
        Client(settings(server, base_url=None)).ask(MESSAGES, 1)
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k")
    assert Client(settings(server, base_url=None)).ask(MESSAGES, 1) == GOOD
    assert server.paths == ["/openai/deployments/m/chat/completions?api-version=2024-10-21"]
    assert server.headers[0]["api-key"] == "k"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"base_url": None}, "OPENAI_API_KEY"),
        ({"model": None}, "OPENAI_MODEL"),
    ],
)
def test_what_is_not_set_is_named(server: ChatServer, changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ClientError, match=complaint):
        Client(settings(server, **changes)).ask(MESSAGES, 1)
    assert server.asked == []


def test_offline_no_socket_is_ever_made(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was made")

    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(ClientError, match=r"interpret\.online is false"):
        Client(settings(server, online=False)).ask(MESSAGES, 1)


@pytest.mark.parametrize(
    "trouble",
    [
        chat.refuses(429, Retry_After="0.05"),
        chat.refuses(503),
        chat.refuses(500, "<html>oh</html>"),
        chat.drops(),
        chat.cuts_the_body(),
        chat.page("<html>please log in</html>", "text/html"),
        chat.page('{"choices": [{"mess', "application/json"),
        chat.page('{"choices": []}', "application/json"),
        chat.slowly(0.4, chat.well()),
    ],
    ids=["429", "503", "500", "drop", "cut", "page", "broken", "empty", "slow"],
)
def test_trouble_is_waited_out_and_each_request_counted(server: ChatServer, trouble: chat.Behaviour) -> None:
    server.script.extend([trouble, trouble])
    client = Client(settings(server, timeout_seconds=0.3))
    assert client.ask(MESSAGES, 1) == GOOD
    assert len(server.asked) == client.budget.requests == 3


def test_retries_end_and_the_error_says_what_to_change(server: ChatServer) -> None:
    server.always = chat.drops()
    with pytest.raises(NetworkError, match=r"cannot be reached.*interpret\.online"):
        Client(settings(server)).ask(MESSAGES, 1)
    assert len(server.asked) == 3


def test_retry_after_is_honoured_to_the_second_and_as_a_date() -> None:
    assert pace.back_off(0, {"retry-after": "7"}) == 7
    assert pace.back_off(0, {"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}) > 1e9
    assert pace.back_off(0, {"retry-after": "Fri, 01 Jan 1999 00:00:00 GMT"}) == 0
    assert [pace.back_off(retry, {"retry-after": "soon"}) for retry in (0, 1, 20)] == [0.01, 0.02, pace.LONGEST_WAIT]


def test_a_pause_holds_for_every_thread() -> None:
    shared, started = pace.RequestPace(), time.monotonic()
    shared.hold(0.2)
    shared.hold(0.01)
    threads = [Thread(target=shared.wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started >= 0.2


def test_a_halt_reaches_who_waits_and_ends() -> None:
    shared = pace.RequestPace()
    shared.hold(60)
    with ThreadPoolExecutor(1) as pool, shared.halted(), pytest.raises(pace.HaltedError):
        pool.submit(shared.wait).result()
    fresh = pace.RequestPace()
    with fresh.halted():
        pass
    fresh.wait()


def test_who_asks_to_wait_for_too_long_is_not_waited_for(server: ChatServer) -> None:
    server.script.append(chat.refuses(429, Retry_After="7200"))
    with pytest.raises(ClientError, match=r"wait 7200 s"):
        Client(settings(server)).ask(MESSAGES, 1)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        chat.refuses(401, '{"error": {"message": "no such key"}}'),
        chat.refuses(404, '{"error": {"message": "no such model"}}'),
        chat.refuses(429, '{"error": {"message": "no credit", "code": "insufficient_quota"}}'),
    ],
)
def test_a_refusal_for_good_is_not_tried_again_and_costs_nothing(server: ChatServer, refusal: chat.Behaviour) -> None:
    server.script.append(refusal)
    client = Client(settings(server))
    with pytest.raises(ClientError, match=r"answered 4\d\d.*no ") as failure:
        client.ask(MESSAGES, 1)
    assert not isinstance(failure.value, NetworkError)
    assert (len(server.asked), client.budget.spent) == (1, (0, 0))


def test_a_server_without_response_format_is_asked_plainly_from_then_on(server: ChatServer) -> None:
    server.always = chat.without_formats(chat.well())
    client = Client(settings(server))
    assert [client.ask(MESSAGES, 1) for _ in range(3)] == [GOOD] * 3
    assert ["response_format" in asked for asked in server.asked] == [True, False, False, False]


def test_a_bad_request_for_another_reason_fails_and_the_format_stays(server: ChatServer) -> None:
    server.script.extend([chat.refuses(400, '{"error": {"message": "too long"}}')] * 2)
    client = Client(settings(server))
    with pytest.raises(ClientError, match="too long"):
        client.ask(MESSAGES, 1)
    client.ask(MESSAGES, 1)
    assert "response_format" in server.asked[2]


def test_tokens_are_those_of_the_reply_or_else_estimated(server: ChatServer) -> None:
    server.script.append(chat.well(usage={"prompt_tokens": 700, "completion_tokens": 30, "total_tokens": 730}))
    client = Client(settings(server, decoding={"max_tokens": 1000}))
    client.ask(MESSAGES, 1)
    assert client.budget.spent == (700, 30)
    assert str(client.budget) == "1 requests, 730 tokens, about $0.0010"
    client.ask(MESSAGES, 1)
    prompt = sum(-(-len(message["content"]) // 4) + 4 for message in MESSAGES)
    assert client.budget.spent == (700 + prompt, 30 + -(-len(GOOD) // 4))


def test_the_longest_reply_is_set_aside_before_a_request_is_sent(server: ChatServer) -> None:
    client = Client(settings(server, decoding={"max_tokens": 100_000}, max_cost=0.9))
    with pytest.raises(BudgetReachedError, match=r"max_cost, 0\.9 dollars"):
        client.ask(MESSAGES, 1)
    assert server.asked == []


def test_an_empty_reply_is_an_empty_text(server: ChatServer) -> None:
    server.script.append(chat.says(None))
    assert Client(settings(server)).ask(MESSAGES, 1) == ""
