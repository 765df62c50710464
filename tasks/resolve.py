"""Stage resolve: what each stage of an experiment hangs on beside data, in a file, so that DVC sees which are stale.

That is what it reads of the settings and a digest of the source that it runs, detector by detector. As parameters and
dependencies of the stages themselves they would fill dvc.lock, which DVC reads and writes anew for every stage.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from crosslog import artifacts
from crosslog.cli.use import check_choice
from crosslog.faults import exit_in_words
from crosslog.settings import Experiment, Settings
from crosslog.sources import digest_contents, read_sources
from tasks._jobs import MEANING, OF_OTHERS, module_of


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
    """What the stages of an experiment hang on beside data: of the settings, and a digest of each source."""
    split = type(experiment.split).__module__
    detectors = list(dict.fromkeys(module_of(settings.method_of(name)) for name in experiment.all_detectors))
    tuned = [module_of(name) for name in experiment.tuned if name in experiment.all_detectors]
    arms = {name: arm.model_dump(mode="json", exclude=OF_OTHERS) for name, arm in experiment.arms.items()}
    runs = {name: arm.detectors for name, arm in experiment.arms.items()}
    blocks = {name: settings.blocks[name] for name in experiment.all_detectors}
    threshold = settings.evaluate.threshold
    yield "sample", {"arms": arms, "source": digest_sources("tasks.sample", split)}
    searched = _searched(settings, experiment, blocks) if tuned else {}
    yield "tune", {"detectors": experiment.all_detectors, **searched, "source": digest_sources("tasks.tune", *tuned)}
    learning = {"arms": arms, "runs": runs, "blocks": blocks}
    yield "train", {**learning, "source": digest_sources("tasks.train", *detectors)}
    yield "score", {**learning, "threshold": threshold, "source": digest_sources("tasks.score", *detectors)}
    judged = settings.evaluate.model_dump(mode="json")
    yield "evaluate", {"arms": arms, "runs": runs, "evaluate": judged, "source": digest_sources("tasks.evaluate")}


def digest_sources(*modules: str) -> str:
    """A digest of modules, of what they import, and of what the fields of an experiment mean."""
    return digest_contents(read_sources(*modules, MEANING))


def _searched(settings: Settings, experiment: Experiment, blocks: Mapping[str, Any]) -> dict[str, Any]:
    """What a search for hyper-parameters reads."""
    tune = settings.tune.model_dump(mode="json")
    spaces = tune.pop("spaces")
    return {
        "tuned_on": settings.experiment(experiment.tuned_on).model_dump(mode="json", exclude=OF_OTHERS),
        "tune": tune,
        "spaces": {name: spaces[name] for name in experiment.tuned},
        "blocks": {name: blocks[name] for name in experiment.tuned if name in blocks},
        "threshold": settings.evaluate.threshold,
    }


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
