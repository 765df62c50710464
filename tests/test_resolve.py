"""The stage resolve: a change of the settings changes the file of each stage that reads it, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from projects import write_params

from tasks import resolve

STAGES = ("tune", "train", "score", "evaluate")


def resolved(**changes: Any) -> dict[str, bytes]:
    write_params(Path(), {key.replace("__", "."): value for key, value in changes.items()})
    resolve.main()
    return {
        path.relative_to("data/settings").as_posix(): path.read_bytes() for path in Path().rglob("data/settings/*/*")
    }


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        ({"detectors__crosyslog__layers": 2}, ["e1/tune", "e1/train", "e1/score", "e2/train", "e2/score"]),
        ({"experiments__e2__seeds": [1, 2]}, ["e2/train", "e2/score", "e2/evaluate"]),
        ({"experiments__e2__detectors": ["exact_match"]}, [f"e2/{stage}" for stage in STAGES]),
        ({"experiments__e1__protocols": ["honest", "published"]}, ["e1/train", "e1/score", "e1/evaluate"]),
        ({"evaluate__threshold": 0.4}, ["e1/tune", "e1/score", "e1/evaluate", "e2/score", "e2/evaluate"]),
        ({"evaluate__resamples": 30}, ["e1/evaluate", "e2/evaluate"]),
        ({"tune__trials": 9}, ["e1/tune"]),
        ({"review__max_open": 3}, []),
        ({"interpret__batch": 3}, []),
    ],
    ids=str,
)
def test_a_change_reaches_the_stages_that_read_it_alone(
    workspace: Path, change: dict[str, Any], stale: list[str]
) -> None:
    before, after = resolved(), resolved(**change)
    assert list(before) == list(after)
    assert sorted(name.removesuffix(".json") for name in before if before[name] != after[name]) == sorted(stale)


def test_what_belongs_to_no_experiment_of_the_suite_is_removed(workspace: Path) -> None:
    resolved()
    write_params(Path(), suite="other")
    resolve.main()
    assert sorted(path.name for path in Path("data/settings").iterdir()) == ["e2"]
