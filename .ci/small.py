"""Makes params.yaml small: `python .ci/small.py SUITE [DETECTOR …]`; with detectors, these on E1 and one ablation."""

import json
import sys
from pathlib import Path

from crosslog.settings import Settings, read_yaml

PARAMS = Path("params.yaml")
KEPT = ("E1", "a2")


def main(suite: str, *detectors: str) -> None:
    """Fewer lines, episodes, seeds, steps and trials; the same stages."""
    content = read_yaml(PARAMS)
    run = content["suites"][suite]
    for experiment in (*run["experiments"].values(), *run["variants"].values()):
        experiment.update(seeds=[1], split={**experiment["split"], "episodes": 3})
    if detectors:
        for group in ("detectors", "variant_detectors", "tuned"):
            run[group] = [name for name in run[group] if name in detectors]
        for group in ("experiments", "variants"):
            run[group] = {name: each for name, each in run[group].items() if each["published"] in KEPT}
    for block in content["detectors"].values():
        block.update({name: 3 for name in block if name == "meta_steps"})
    content["simulate"]["lines"] = 150_000
    content["tune"].update(trials=2, startup_trials=1)
    PARAMS.write_text(json.dumps({**content, "run": run}, indent=1), encoding="utf-8")
    Settings.load(PARAMS)


if __name__ == "__main__":
    main(*sys.argv[1:])
