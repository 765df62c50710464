"""Stage resolve: what each stage of each experiment reads of the settings, in files, so that DVC sees which are stale.

As parameters of the stages themselves the blocks of all detectors would stand in dvc.lock three times an experiment.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from crosslog import artifacts
from crosslog.cli.use import check_choice
from crosslog.faults import exit_in_words
from crosslog.settings import Experiment, Settings
from crosslog.sources import digest_contents, read_sources
from tasks._jobs import MEANING, OF_OTHERS


def main() -> None:
    """Write data/settings/<experiment>/<stage>.json for every experiment of the suite.

    Raises
    ------
    SettingsError
        If suite.yaml is not what the settings would make it: DVC would work on something else.
    """
    settings = Settings.load()
    check_choice(settings)
    with artifacts.replace_folder(artifacts.settings_path("", "").parent) as temporary:
        for name, experiment in settings.run.experiments.items():
            for stage, read in read_by_stages(settings, experiment):
                artifacts.write_json(temporary / name / artifacts.settings_path(name, stage).name, read)


def read_by_stages(settings: Settings, experiment: Experiment) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the stages tune, train, score and evaluate read of the settings for an experiment."""
    meaning = digest_contents(read_sources(MEANING))
    arms = {name: arm.model_dump(mode="json", exclude=OF_OTHERS) for name, arm in experiment.arms.items()}
    runs = {name: arm.detectors for name, arm in experiment.arms.items()}
    blocks = {name: settings.detectors[name] for name in experiment.all_detectors}
    threshold = settings.evaluate.threshold
    searched: dict[str, Any] = {}
    if experiment.tuned:
        tuned_on = settings.experiment(experiment.tuned_on).model_dump(mode="json", exclude=OF_OTHERS)
        tune = settings.tune.model_dump(mode="json", exclude={"spaces"})
        spaces = {name: settings.tune.model_dump(mode="json")["spaces"][name] for name in experiment.tuned}
        own = {name: blocks[name] for name in experiment.tuned if name in blocks}
        searched = {"tuned_on": tuned_on, "tune": tune, "spaces": spaces, "blocks": own, "threshold": threshold}
    yield "tune", {"meaning": meaning, "detectors": experiment.all_detectors, **searched}
    yield "train", {"meaning": meaning, "arms": arms, "runs": runs, "blocks": blocks}
    yield "score", {"meaning": meaning, "arms": arms, "runs": runs, "blocks": blocks, "threshold": threshold}
    judged = settings.evaluate.model_dump(mode="json")
    yield "evaluate", {"meaning": meaning, "arms": arms, "runs": runs, "evaluate": judged}


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
