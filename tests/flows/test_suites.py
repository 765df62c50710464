"""The suite that a flow is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import write_params

from flows.reproduce import reproduce
from flows.review import review
from flows.suites import AS_CHOSEN, SuiteError, find_suite, logs_of, suite_names


@pytest.fixture(autouse=True)
def project(workspace: Path) -> None:
    write_params(workspace)


def test_no_name_means_the_suite_that_is_chosen() -> None:
    assert find_suite(AS_CHOSEN) == find_suite("small") == "small"


def test_an_unknown_suite_is_answered_with_those_there_are() -> None:
    with pytest.raises(SuiteError, match="no suite 'smal'; there are: small"):
        find_suite("smal")


def test_a_suites_systems_are_known_by_its_name() -> None:
    assert set(logs_of("small")) == {"gears", "belts", "pumps"}


@pytest.mark.parametrize("flow", [reproduce, review])
def test_the_form_has_described_and_typed_fields(flow) -> None:
    fields = flow.parameters.properties
    assert [*fields] == ["suite", "items", "workers", "force"]
    assert all(len(field["description"]) > 20 for field in fields.values())
    assert (fields["suite"]["type"], fields["suite"]["enum"]) == ("string", [AS_CHOSEN, *suite_names()])
    assert fields["suite"]["default"] == AS_CHOSEN
    assert (fields["items"]["type"], fields["items"]["items"]) == ("array", {"type": "string"})
    assert (fields["workers"]["type"], fields["workers"]["minimum"]) == ("integer", 1)
    assert fields["force"]["type"] == "boolean"
