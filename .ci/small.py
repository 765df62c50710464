"""Makes a suite small: `python .ci/small.py SUITE [DETECTOR …]`; with detectors, these on E1 and one ablation."""

import sys
from pathlib import Path

from ruamel.yaml import YAML

from crosslog.cli.use import use_suite
from crosslog.settings import Settings

PARAMS = Path("params.yaml")
KEPT = ("E1", "a2")
LINES = 60_000
SHORTER = 4  # spans of episodes
SPANS = ("source_support", "source_query", "support", "query")


def main(suite: str, *detectors: str) -> None:
    """Fewer lines, episodes, seeds, steps and trials, and shorter spans; the same stages."""
    yaml = YAML()
    content = yaml.load(PARAMS)
    experiments = Settings.load().suite(suite).experiments
    if detectors:
        experiments = {name: each for name, each in experiments.items() if each.published in KEPT}
        content["suites"][suite]["experiments"] = list(experiments)
    for block in content["detectors"].values():
        block.update({name: 3 for name in block if name == "meta_steps"})
    content["simulate"]["lines"] = LINES
    content["tune"].update(trials=2, startup_trials=1)
    yaml.dump(content, PARAMS)
    for name, experiment in experiments.items():
        path = Path("experiments") / f"{name}.yaml"
        own = yaml.load(path)
        own["seeds"] = [1]
        split = own.setdefault("split", {})
        split["episodes"] = 3
        for role in SPANS:
            split.setdefault(role, {})["events"] = getattr(experiment.split, role).events // SHORTER
        if detectors:
            own["detectors"] = [each for each in experiment.detectors if each in detectors]
            own["tuned"] = [each for each in experiment.tuned if each in detectors]
            own["controls"] = {
                control: [each for each in named if each in detectors] for control, named in experiment.controls.items()
            }
        yaml.dump(own, path)
    sys.stdout.write(f"{use_suite(suite)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
