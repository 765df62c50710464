"""What a detector run costs beside its arithmetic, in a suite of many: `python -m bench.detector_runs`.

A clone of this repository gets copies of a detector that computes next to nothing, and experiments that differ in
nothing but a seed, over small simulated logs. `dvc repro` runs them all, from the stage sample to the report; again,
with nothing to do; and once more with one detector touched.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from crosslog.artifacts import write_text

REPOSITORY = Path(__file__).parents[1]
COPIED = "exact_match"
LINES, EPISODES = 100_000, 3
REPORT = Path("reports/bench/detector_runs.md")


class Seconds(NamedTuple):
    """Of a whole `dvc repro`, of what detectors computed in it, of one without work, and of one detector touched."""

    whole: float
    arithmetic: float
    nothing: float
    touched: float


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--experiments", type=int, default=20)
    parser.add_argument("--detectors", type=int, default=25)
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "crosslog"
        subprocess.run(["git", "clone", "--quiet", REPOSITORY, folder], check=True)
        lay(folder, options.experiments, options.detectors)
        text = format_report(options.experiments, options.detectors, measure(folder))
    write_text(options.report, text)
    print(text)


def lay(folder: Path, experiments: int, detectors: int) -> None:
    """Give a clone a suite `bench` of so many experiments and so many detectors, and choose it."""
    yaml = YAML()
    settings = yaml.load(folder / "params.yaml")
    names = [f"{COPIED}_{number}" for number in range(detectors)]
    source = folder / "src/crosslog/detection/detectors"
    for name in names:
        shutil.copy(source / f"{COPIED}.py", source / f"{name}.py")
        settings["detectors"][name] = {}
    suite = [f"bench_{number}" for number in range(experiments)]
    settings["suites"]["bench"] = {"experiments": suite}
    settings["simulate"]["lines"] = LINES
    settings["encoders"]["words"] = {"encoder": "hashing", "grid_bits": 12, "options": {"dim": 64, "seed": 1}}
    yaml.dump(settings, folder / "params.yaml")
    for number, name in enumerate(suite):
        (folder / f"experiments/{name}.yaml").write_text(json.dumps(experiment(number, names)), encoding="utf-8")
    run(folder, "crosslog", "use", "bench")


def experiment(number: int, detectors: list[str]) -> dict[str, Any]:
    """The demo's, with another seed, few episodes and an encoder that costs nothing."""
    return {
        "extends": "crosyslog",
        "sources": ["liberty_simulated", "bgl_simulated"],
        "target": "thunderbird_simulated",
        "encoder": "words",
        "sampling_seed": number,
        "split": {"episodes": EPISODES},
        "detectors": detectors,
    }


def measure(folder: Path) -> Seconds:
    """Run what comes before, then time what hangs on detectors."""
    run(folder, "dvc", "repro", "--quiet", "embed")
    whole = time_repro(folder)
    arithmetic = sum(sum_seconds(path) for path in (folder / "data/seconds").rglob(f"{COPIED}_*.json"))
    nothing = time_repro(folder)
    path = folder / f"src/crosslog/detection/detectors/{COPIED}_0.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n# touched\n", encoding="utf-8")
    return Seconds(whole, arithmetic, nothing, time_repro(folder))


def time_repro(folder: Path) -> float:
    """Seconds of one `dvc repro`."""
    start = time.perf_counter()
    run(folder, "dvc", "repro", "--quiet")
    return time.perf_counter() - start


def sum_seconds(path: Path) -> float:
    """What a detector computed on one arm, as the stages measured it."""
    kinds: dict[str, list[float]] = json.loads(path.read_text(encoding="utf-8"))
    return sum(sum(each) for each in kinds.values())


def run(folder: Path, *command: str) -> None:
    """Run a command in a clone; what it says is shown where it fails."""
    paths = [str(folder), str(folder / "src")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def format_report(experiments: int, detectors: int, measured: Seconds) -> str:
    """The report, as Markdown."""
    runs = experiments * detectors
    beside = (measured.whole - measured.arithmetic) / runs
    return f"""# Detector runs

{experiments} experiments with {detectors} detectors each, copies of `{COPIED}` over simulated logs of {LINES:,} lines
and {EPISODES} episodes: {runs} detector runs, from stage sample to report, on {os.cpu_count()} cores.

| `dvc repro` | seconds |
| --- | ---: |
| from the stage sample on | {measured.whole:.1f} |
| of these, what detectors computed | {measured.arithmetic:.1f} |
| beside that, a detector run | {beside:.2f} |
| with nothing to do | {measured.nothing:.1f} |
| with one detector touched | {measured.touched:.1f} |
"""


if __name__ == "__main__":
    main()
