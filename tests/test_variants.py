"""Variants of a detector: its block under another name with some fields changed, trained and keyed like any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from projects import small_settings, write_params

from crosslog import artifacts
from crosslog.settings import Settings, SettingsError
from tasks import train
from tasks._jobs import Job

NARROW = {"variants": {"narrow": {"of": "crosyslog", "changes": {"hidden_size": 2}}}}


def test_a_variant_has_its_detector_s_block_with_what_it_changes() -> None:
    settings = small_settings(NARROW)
    assert settings.blocks["narrow"] == {**settings.detectors["crosyslog"], "hidden_size": 2}
    assert settings.blocks["crosyslog"] == settings.detectors["crosyslog"]
    assert (settings.method_of("narrow"), settings.method_of("crosyslog")) == ("crosyslog", "crosyslog")


@pytest.mark.parametrize(
    ("name", "variant", "complaint"),
    [
        ("narrow", {"of": "perceptron", "changes": {}}, "variants.narrow is of 'perceptron', which has no block"),
        ("exact_match", {"of": "crosyslog", "changes": {}}, "variants.exact_match: a detector has that name"),
        ("mlp", {"of": "crosyslog", "changes": {}}, "variants.mlp: a detector has that name"),
        ("narrow", {"of": "crosyslog", "changes": {"hidden_size": 0}}, r"variants\.narrow\.changes\.hidden_size"),
        ("narrow", {"of": "crosyslog", "changes": {"width": 3}}, r"variants\.narrow\.changes\.width: is no field"),
    ],
)
def test_what_is_wrong_with_a_variant_is_said_of_it(
    workspace: Path, name: str, variant: dict[str, Any], complaint: str
) -> None:
    path = write_params(workspace, {"variants": {name: variant}})
    with pytest.raises(SettingsError, match=complaint):
        Settings.load(path)


def test_an_experiment_lists_a_variant_like_a_detector(workspace: Path) -> None:
    path = write_params(workspace, {**NARROW, "experiments.e1.detectors": ["exact_match", "narrow"]})
    assert Settings.load(path).suite("small").experiments["e1"].detectors == ("exact_match", "narrow")
    path = write_params(workspace, {**NARROW, "experiments.e1.detectors": ["exact_match", "wide"]})
    with pytest.raises(SettingsError, match=r"wide has no block in `detectors`.*narrow"):
        Settings.load(path).suite("small")


def test_a_variant_hangs_on_its_detector_s_source_and_on_its_own_block(workspace: Path) -> None:
    for name in ("crosyslog", "narrow"):
        artifacts.write_json(artifacts.chosen_path("e2", name), {})
    settings = Settings.load(write_params(workspace, NARROW))
    whole, narrow = (train.of_job(settings, Job("e2/honest", name)) for name in ("crosyslog", "narrow"))
    assert {name for name in whole if whole[name] != narrow[name]} == {"block", "detector"}
    assert set(whole) == set(narrow)
