"""The figures of an experiment under several kinds of CPU, side by side, on one machine.

`python -m bench.variants`; exits with 1 where a method without a network differs at all, or a network by more than
.002. Libraries are told to be those of another CPU, as far as they listen. Each kind trains, scores and evaluates in
processes and a folder of its own, which reads what the pipeline has made here up to the stage sample, and changes none
of it; `--embed` makes vectors and episodes anew, too. Hyper-parameters are those that a search has chosen here, and
those of params.yaml where there was none.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from crosslog.artifacts import METRICS, chosen_path
from crosslog.settings import Settings

HERE = Path(__file__).parents[1]
NETWORK_TOLERANCE = 0.002
DECIMALS = 6  # of the numbers in data/metrics
MEASURES = (("f1", "fixed"), ("f1", "support"), ("auprc", ""))
KINDS: dict[str, dict[str, str]] = {  # name: what the environment says; an empty word takes a variable away
    "as it is": {},
    "plain torch": {"ATEN_CPU_CAPABILITY": "default"},
    "plain MKL": {"MKL_CBWR": "COMPATIBLE"},
    "1 thread": {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    "2 threads": {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_L2_SIZE": "", "NPY_DISABLE_CPU_FEATURES": "X86_V4"},
    "Prescott": {"OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_L2_SIZE": "", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"},
}
READ = ("raw", "events", "messages", "templates", "statistics", "interpretations")
MADE_OF_VECTORS = ("embeddings", "vectors", "episodes")
Figures = dict[tuple[str, str], float | None]  # (metric, threshold): value


class Line(NamedTuple):
    """A measure of a detector under each kind of CPU."""

    detector: str
    metric: str
    threshold: str
    values: tuple[float | None, ...]
    network: bool

    @property
    def spread(self) -> float:
        """The largest difference; infinite where only some kinds define the number."""
        known = [value for value in self.values if value is not None]
        if len(known) not in (0, len(self.values)):
            return float("inf")
        return round(max(known) - min(known), DECIMALS) if known else 0.0

    @property
    def holds(self) -> bool:
        """Whether the difference is within what is promised."""
        return self.spread <= (NETWORK_TOLERANCE if self.network else 0)


def main(words: Sequence[str] | None = None) -> int:
    """Run every kind, print the table; 0 if every number holds, else 1."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--arm", default="e1_simulated/honest", help="an experiment in experiments/, and a protocol")
    parser.add_argument("--detectors", help="with commas between them; all of the experiment by default")
    parser.add_argument("--kinds", help="with commas between them; by default all of: " + ", ".join(KINDS))
    parser.add_argument("--embed", action="store_true", help="make the vectors anew under each kind, too")
    options = parser.parse_args(words)
    detectors = chosen_detectors(options.arm, options.detectors)
    kinds = options.kinds.split(",") if options.kinds else list(KINDS)
    figures = [figures_of(kind, options.arm, detectors, options.embed) for kind in kinds]
    lines = list(compare_figures(figures, {detector: is_network(detector) for detector in detectors}))
    print(format_table(kinds, lines))
    return 0 if all(line.holds for line in lines) else 1


def chosen_detectors(arm: str, words: str | None) -> list[str]:
    """Those that were named, or all that run on the arm."""
    return words.split(",") if words else list(Settings.load().arm(arm).detectors)


def figures_of(kind: str, arm: str, detectors: Sequence[str], embed: bool) -> dict[str, Figures]:
    """What each detector reaches under a kind of CPU."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        link_inputs(Path.cwd(), folder, embed)
        experiment = arm.partition("/")[0]
        copy_chosen(Path.cwd(), folder, experiment, detectors)
        for stage in stages_of(experiment, detectors, embed):
            print(f"{kind}: {' '.join(stage)}", file=sys.stderr)
            run_stage(stage, folder, environment_of(kind, os.environ))
        return {detector: read_figures(folder, arm, detector) for detector in detectors}


def link_inputs(project: Path, folder: Path, embed: bool) -> None:
    """Let a folder read what the pipeline in `project` has made, and write what comes after into itself."""
    for name in ("params.yaml", "systems.yaml", "suite.yaml", "experiments", "labels"):
        (folder / name).symlink_to(project / name)
    (folder / "data").mkdir()
    chosen = () if embed else MADE_OF_VECTORS
    for name in (*READ, *chosen):
        if (project / "data" / name).exists():
            (folder / "data" / name).symlink_to(project / "data" / name)


def copy_chosen(project: Path, folder: Path, experiment: str, detectors: Sequence[str]) -> None:
    """Put a search's choice where the stages look for it; an empty one where there was no search."""
    for detector in detectors:
        place = chosen_path(experiment, detector)
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        known = (project / place).read_text(encoding="utf-8") if (project / place).exists() else "{}"
        (folder / place).write_text(known, encoding="utf-8")


def stages_of(experiment: str, detectors: Sequence[str], embed: bool) -> Iterator[tuple[str, ...]]:
    """The commands in order, without `python -m tasks.`."""
    if embed:
        yield "embed", Settings.load().experiment(experiment).encoder
        yield "sample", experiment
    yield from ((stage, experiment, *detectors) for stage in ("train", "score", "evaluate"))


def run_stage(stage: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Run a stage in a folder; what it says is shown where it fails."""
    command = [sys.executable, "-m", f"tasks.{stage[0]}", *stage[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def environment_of(kind: str, own: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that takes itself for another kind of CPU."""
    paths = [str(HERE), str(HERE / "src"), own.get("PYTHONPATH", "")]
    changed = {**own, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **KINDS[kind]}
    return {name: value for name, value in changed.items() if value or name not in KINDS[kind]}


def read_figures(folder: Path, arm: str, detector: str) -> Figures:
    """The measures of the first level that a detector's metrics name: that of the experiment's unit."""
    rows = json.loads((folder / METRICS.at(experiment=arm, detector=detector)).read_text(encoding="utf-8"))
    levels = [row["level"] for row in rows]
    return {
        (row["metric"], row["threshold"]): row["value"]
        for row in rows
        if row["level"] == levels[0] and (row["metric"], row["threshold"]) in MEASURES
    }


def is_network(detector: str) -> bool:
    """Whether a detector needs torch."""
    code = f"import sys, crosslog.detection.detectors.{detector}; sys.exit('torch' in sys.modules)"
    environment = environment_of("as it is", os.environ)
    return bool(subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode)


def compare_figures(figures: Sequence[Mapping[str, Figures]], networks: Mapping[str, bool]) -> Iterator[Line]:
    """A line per detector and measure, the values in the order of the kinds."""
    for detector, network in networks.items():
        for metric, threshold in MEASURES:
            values = tuple(kind[detector].get((metric, threshold)) for kind in figures)
            yield Line(detector, metric, threshold, values, network)


def format_table(kinds: Sequence[str], lines: Sequence[Line]) -> str:
    """Markdown: a row per detector and measure, a column per kind, the largest difference, and what does not hold."""
    head = ["detector", "measure", *kinds, "difference", ""]
    rows = [
        [
            line.detector,
            f"{line.metric} {line.threshold}".strip(),
            *("" if value is None else f"{value:.4f}" for value in line.values),
            f"{line.spread:.1e}" if line.spread else "0",
            "" if line.holds else "too much",
        ]
        for line in lines
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


if __name__ == "__main__":
    sys.exit(main())
