from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crosslog.interpretation.llm.answers import Answers, AnswersError, hash_request


def test_an_answer_is_found_again_by_its_key_only(tmp_path: Path) -> None:
    Answers(tmp_path / "new" / "a.jsonl").add("k1", "Größe ✓", {"template": "t"})
    answers = Answers(tmp_path / "new" / "a.jsonl")
    assert (answers.get("k1"), answers.get("k2")) == ("Größe ✓", None)


def test_a_key_depends_on_every_part_and_not_on_their_order() -> None:
    assert hash_request({"a": 1, "b": 2}) == hash_request({"b": 2, "a": 1})
    assert len({hash_request({"a": 1}), hash_request({"a": 2}), hash_request({"a": "1"}), hash_request({"b": 1})}) == 4


def test_refused_replies_are_kept_in_order_and_are_no_answer(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "a.jsonl")
    answers.refuse("k", "", {})
    answers.refuse("k", "PWNED", {})
    again = Answers(tmp_path / "a.jsonl")
    assert (again.get("k"), again.refused("k"), again.refused("other")) == (None, ("", "PWNED"), ())


def test_an_answer_that_was_cut_off_is_asked_for_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.jsonl"
    Answers(path).add("k1", "one", {})
    with path.open("a") as file:
        file.write('{"request": "torn')
    answers = Answers(path)
    assert "line 2 was cut off" in caplog.text
    assert (answers.get("k1"), answers.get("k2")) == ("one", None)
    answers.add("k2", "two", {"template": "t"})
    assert [Answers(path).get(key) for key in ("k1", "k2")] == ["one", "two"]


def test_a_last_line_that_lost_its_line_end_keeps_its_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"request": "k1", "answer": "one"}', encoding="utf-8")
    Answers(path).add("k2", "two", {})
    assert [Answers(path).get(key) for key in ("k1", "k2")] == ["one", "two"]


@pytest.mark.parametrize("line", ['{"answer": "without its request"}', '{"request": "k"}', "<<<<<<< HEAD", "[]"])
def test_a_line_that_is_not_an_answer_is_an_error_that_names_it(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"request": "k", "answer": "a"}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(AnswersError, match=r"a\.jsonl, line 3"):
        Answers(tmp_path / "a.jsonl")


def test_threads_never_mix_their_lines(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "a.jsonl")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: answers.add(str(number), f"answer {number} " * 50, {}), range(100)))
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(int(json.loads(line)["request"]) for line in lines) == list(range(100))
