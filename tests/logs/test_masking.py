from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosslog.logs.parsing.masking import mask_contents, mask_texts, spell_digits

FOLDING = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ12345678", "abcdefghijklmnopqrstuvwxyz99999999")
FRAGMENTS = """0x 0X1f blk_ attempt_ R0 -M1 10. 1.2.3.4 fe80:: 00:1A: 2024-05-06 07:08 May :// @ .org .io: zed /var C:\\
MB deadbeef 3fae9b1c -4d5e- <1 sec ( ) = , ß K İ Σ"""
PARTS = st.one_of(
    st.sampled_from([*FRAGMENTS.split(), " "]),
    st.text(alphabet="09 1aFxX.:-_/~\\@é", min_size=1, max_size=6),
    st.integers(0, 10**13).map(str),
)
TEXTS = st.lists(st.lists(PARTS, max_size=12).map("".join), min_size=4, max_size=12)  # masked in one go


def _masked(*texts: str | None) -> list[str]:
    return mask_texts(pl.Series(texts, dtype=pl.String)).to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fetching HTTP://zed.example/a/b?c=1, twice", "fetching url twice"),
        ("mail to Zed.Q@mail.zed.example bounced", "mail to email address bounced"),
        ("lease for 00:1A:2b:3c:4d:5e expired", "lease for mac address expired"),
        ("from ::ffff:10.0.0.1 port 22 to /10.1.2.3:4242", "from ip address port to ip address"),
        ("router fe80::211:43ff:fee3:bac3 gone", "router ip address gone"),
        ("at 2024-05-06 07:08:09,123 and Mon May 6 07:08:09 it was late", "at date time and date time it was late"),
        ("took 01:02:03 or 02:03 or <1 sec", "took date time or date time or date time"),
        ("no space in /var/zed/log.1 or C:\\Zed\\x.dll", "no space in file path or file path"),
        ("GET /zed/2024-05-06/10.1.2.3/x?a=1&b=2 of ./run", "get file path of file path"),
        ("read/write and/or n1/n1", "read write and or n n"),
        ("shards blk_1 blk_-22, blk_3 gone", "shards block id gone"),
        ("attempt_15_0001_m_000001_0 of container_15_0001_01_000002", "attempt id of container id"),
        ("R01-M1-N3-C:J03-U11 lost", "node id lost"),
        ("dump 0xDEADBEEF 0x<*>", "dump hex number hex number"),
        ("from 10-1-2-3.dsl.zed.net (zed.example.org:443).", "from host name host name"),
        ("gw.zed.io:443, 7.zed.co.uk and 10.1.2.3.zed.com", "host name host name and host name"),
        ("java.net.ZedException at Zed.java:42 in com.zed.net", "java net zedexception at zed java in host name"),
        ("sent 2834 bytes (2.76 KB), 15GB left of 1.5 B", "sent bytes bytes left of bytes"),
        ("zfs.Store$Copier my_own-name: 42 <*>", "zfs store copier my own name"),
        ("größer als früher", "größer als früher"),
        ("12 -- <*> ...", ""),
        ("", ""),
    ],
)
def test_variables_give_way_to_words(text: str, expected: str) -> None:
    assert _masked(text) == [expected]


@pytest.mark.parametrize(
    "number", ["1234", "00f3", "0010662c", "deadbeef", "de9231d", "3FAE9B1C-0000-4d5e-9f00-0123456789ab", "a1b2c3d4e5"]
)
def test_a_number_vanishes_however_it_is_written(number: str) -> None:
    assert _masked(f"zed {number} gone") == ["zed gone"]


def test_words_of_hexadecimal_letters_stay() -> None:
    assert _masked("bad face added to deaf cafe") == ["bad face added to deaf cafe"]


def test_every_row_keeps_its_place_and_null_is_empty() -> None:
    assert _masked("b 1", None, "a", "b 22", "a") == ["b", "", "a", "b", "a"]
    assert _masked() == []


@settings(deadline=None, derandomize=True, max_examples=25)
@given(TEXTS)
def test_which_letters_are_capital_and_which_digits_are_not_zero_makes_no_difference(texts: list[str]) -> None:
    assert _masked(*[text.translate(FOLDING) for text in texts]) == _masked(*texts)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(TEXTS)
def test_masked_text_is_words_of_lower_case_letters(texts: list[str]) -> None:
    assert all(word.isalpha() for words in _masked(*texts) for word in words.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fetching HTTP://zed.example/a, try #3 (of 5)!", "fetching <url>, try #<*> (of <*>)!"),
        ("no-one at 10.0.0.1:80 or 8.8.8.8:53 or 0.0.0.0", "no-one at <ip address> or <ip address> or <ip address>"),
        ("Zed version 6.1.1.2, v7.10.20.30 of 1.2.3.4", "zed version <*>, v<*> of <*>"),
        ("app.session.id=zed and a.zed.co.in, n1.zed.of.in", "app.session.id=zed and <host name>, <host name>"),
        (r"open \Device\Zed1\x.dll of \\nas\zed$\y z", "open <file path> of <file path> z"),
        ("root {ab}Zed/disk1/win/conf/x of n1/n1, read/write", "root {ab}<file path> of n<*>/n<*>, read/write"),
        ("got Zed_for_AB1~31bf~amd64~~6.1 today", "got <package> today"),
        ('lock=2, flags=0x1, tag="A b", name=zed.app.x', "lock=<*>, flags=<*>, tag=<*>, name=<*>"),
        ("a=zed b=1", "a=zed b=<*>"),
        ("fans ( 3552 3534 **** 3515 )", "fans ( <*> )"),
        ("sent 12 bytes (1.5 KB), 3MB left", "sent <*> bytes, <*> bytes left"),
        ("eth0 and wlan1 of node-7", "eth<*> and wlan<*> of node<*>"),
        ("status: 503, status: 200 status=404", "status: 5xx, status: <*> status=<*>"),
        ("IPv4 or IPV6 of ipv5", "ipv4 or ipv6 of ipv<*>"),
        (
            "exited with code 0, exit status: 137, exit code is 0",
            "exited with code 0, exit status: <*>, exit code is 0",
        ),
        ("  ", ""),
    ],
)
def test_a_statement_keeps_what_is_meant_and_masks_what_varies(text: str, expected: str) -> None:
    assert mask_contents(spell_digits(pl.Series([text])))["statement"].to_list() == [expected]


def test_meant_digits_are_no_words_of_a_text() -> None:
    assert mask_contents(spell_digits(pl.Series(["IPv6 status: 503"])))["text"].to_list() == ["ipv status"]
    assert mask_contents(pl.Series(["exit code: 0 of 7"]))["text"].to_list() == ["exit code of"]


@settings(deadline=None, derandomize=True, max_examples=25)
@given(TEXTS)
def test_a_statement_has_no_digits_of_numbers_and_is_the_same_folded(texts: list[str]) -> None:
    statements = mask_contents(pl.Series(texts))["statement"].to_list()
    assert mask_contents(pl.Series([text.translate(FOLDING) for text in texts]))["statement"].to_list() == statements
    assert not any(digit in statement for statement in statements for digit in "12379")


RUNS = (
    *"af90Z_-./\\:@~=<(% é",
    *(
        "0x",
        "a.",
        "a9",
        "@@@.",
        "a/",
        "::",
        "a:",
        "a=b ",
        "=a",
        "blk_9 ",
        "://",
        "a@",
        "1.2.",
        "9 bytes ",
        "\\a",
        "<*>",
    ),
    *("ipv4", "exit "),
)


@pytest.mark.parametrize("run", RUNS)
def test_long_runs_take_time_in_proportion(run: str) -> None:
    seconds = []
    for length in (60_000, 480_000):
        text = pl.Series([f"gizmo {(run * length)[:length]} gone"])
        start = time.process_time()
        mask_contents(spell_digits(text))
        seconds.append(time.process_time() - start)
    assert seconds[1] < 20 * max(seconds[0], 0.02)  # eight times as long; of quadratic ones it would be 64
