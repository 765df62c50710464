"""The arms of an experiment: honest, as published, and both with labels shuffled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from crosslog.settings import Experiment


class Arms(NamedTuple):
    """The ids of an experiment's arms; None where the suite has none."""

    honest: str | None = None
    published: str | None = None
    shuffled: str | None = None
    shuffled_published: str | None = None


def arm_of(experiment: Experiment) -> str:
    """Which field of Arms an experiment's id belongs in."""
    if experiment.labels == "own":
        return experiment.protocol
    return "shuffled" if experiment.protocol == "honest" else "shuffled_published"


def group_arms(everything: Mapping[str, Experiment]) -> dict[str, Arms]:
    """Experiments by name: what their ids have before a slash or, without one, the id of their first arm.

    Ids without a slash are arms of one experiment where they differ in nothing but protocol, labels and `tuned_on`.
    """
    names: dict[str, str] = {}
    groups: dict[str, Arms] = {}
    for key, each in everything.items():
        name, arm = _name_of(key, each, names), arm_of(each)
        if getattr(groups.setdefault(name, Arms()), arm) is not None:
            name = key  # two experiments that are the same: each stands for itself
        groups[name] = groups.get(name, Arms())._replace(**{arm: key})
    return groups


def _name_of(key: str, experiment: Experiment, names: dict[str, str]) -> str:
    before, slash, _ = key.partition("/")
    if slash:
        return before
    same = experiment.model_dump_json(exclude={"protocol", "labels", "tuned_on"})
    return names.setdefault(same, key)
