"""Another process: restores the states that lie in a folder and scores its toy's query with each.

`python -m detection.restored FOLDER` reads `<detector>.safetensors` and writes scores.npz.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
from detection.toy import problem_for
from safetensors.numpy import load_file

from crosslog import plugins
from crosslog.detection.detector import State
from crosslog.detection.learning.device import set_up_torch

KIND = "detection.detectors"


def build(name: str, seed: int = 1, **changed: Any) -> Any:
    """A detector with the small sizes that it brings, not fitted."""
    plugin = plugins.load(KIND, name)
    seeded = {"seed": seed} if "seed" in {field.name for field in dataclasses.fields(plugin)} else {}
    return plugins.build(KIND, name, {**plugin.small, **seeded, **changed})


def main(folder: Path) -> None:
    """Write the scores of every state."""
    set_up_torch()
    states = {path.stem: load_file(path) for path in folder.glob("*.safetensors")}
    np.savez(folder / "scores.npz", **{name: _score(name, state) for name, state in states.items()})


def _score(name: str, state: State) -> np.ndarray:
    detector = dataclasses.replace(build(name), state=state)
    _, target = problem_for(detector.units)
    return detector.score(target.query.withhold())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
