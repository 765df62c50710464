from __future__ import annotations

import polars as pl
import pytest

from crosslog.logs.masking import masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fetching HTTP://zed.example/a/b?c=1, twice", "fetching url twice"),
        ("mail to Zed.Q@mail.zed.example bounced", "mail to email address bounced"),
        ("lease for 00:1A:2b:3c:4d:5e expired", "lease for mac address expired"),
        ("from ::ffff:10.0.0.1 port 22 to /10.1.2.3:4242", "from ip address port to ip address"),
        ("router fe80::211:43ff:fee3:bac3 gone", "router ip address gone"),
        ("at 2024-05-06 07:08:09,123 and Mon May 6 07:08:09 it was late", "at date time and date time it was late"),
        ("no space in /var/zed/log.1 or C:\\Zed\\x.dll", "no space in file path or file path"),
        ("read/write and/or n1/n1", "read write and or n n"),
        ("shards blk_1 blk_-22, blk_3 gone", "shards block id gone"),
        ("attempt_15_0001_m_000001_0 of container_15_0001_01_000002", "attempt id of container id"),
        ("R01-M1-N3-C:J03-U11 lost", "node id lost"),
        ("dump 0xDEADBEEF a1b2c3d4e5 0x<*>", "dump hex number hex number hex number"),
        ("zfs.Store$Copier my_own-name: 42 <*>", "zfs store copier my own name"),
        ("größer als früher", "größer als früher"),
        ("12 -- <*> ...", "empty message"),
        ("", "empty message"),
    ],
)
def test_variables_give_way_to_words(text: str, expected: str) -> None:
    assert pl.DataFrame({"text": [text]}).select(masked(pl.col("text")))["text"].to_list() == [expected]
