"""Which source a module hangs on, and what tells contents apart."""

from __future__ import annotations

import subprocess
import sys

import pytest

from crosslog.sources import digest_contents, needs_library, read_sources

DETECTORS = "crosslog.detection.detectors"


def test_a_module_hangs_on_what_it_imports_however_indirectly() -> None:
    found = read_sources(f"{DETECTORS}.mlp")
    assert {f"{DETECTORS}.mlp", "crosslog.detection.learning.meta_learner", "crosslog.detection.events"} <= set(found)
    assert b"class Events" in found["crosslog.detection.events"]


def test_it_hangs_on_no_neighbour_and_on_nothing_that_only_refuses() -> None:
    found = set(read_sources(f"{DETECTORS}.mlp"))
    assert {name for name in found if name.startswith(f"{DETECTORS}.")} == {f"{DETECTORS}.mlp"}
    assert not {name for name in found if name.split(".")[1] in ("settings", "artifacts", "plugins", "schemas")}


def test_a_module_that_is_none_is_an_error() -> None:
    with pytest.raises(AssertionError, match="no module crosslog"):
        read_sources("crosslog.nowhere")


def test_nothing_is_imported_to_find_out() -> None:
    code = (
        "import sys; from crosslog.sources import read_sources;"
        f"read_sources('{DETECTORS}.crosyslog', 'tasks.train');"
        "print([name for name in sys.modules if name.partition('.')[0] in ('crosslog', 'tasks', 'torch')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['crosslog', 'crosslog.sources']"


@pytest.mark.parametrize(("detector", "network"), [("crosyslog", True), ("logistic", False), ("exact_match", False)])
def test_a_network_is_known_without_importing_it(detector: str, network: bool) -> None:
    assert needs_library(f"{DETECTORS}.{detector}", "torch") is network


def test_a_digest_tells_names_and_contents_apart_but_not_their_order() -> None:
    assert digest_contents({"a": b"1", "b": b"2"}) == digest_contents({"b": b"2", "a": b"1"})
    different = [{"a": b"1"}, {"b": b"1"}, {"a": b"2"}, {"a": b"1", "b": b""}, {"a": b"", "b": b"1"}, {"a1": b""}, {}]
    assert len({digest_contents(contents) for contents in different}) == len(different)
