"""Another process: restores the states that lie in a folder and scores the toy's query with each.

`python -m detection.restored FOLDER` reads `<detector>.safetensors` and writes scores.npz.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
from detection.toy import problem_of
from safetensors.numpy import load_file

from crosslog import plugins
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
    scores = {path.stem: _score(path) for path in folder.glob("*.safetensors")}
    np.savez(folder / "scores.npz", **scores)


def _score(path: Path) -> Any:
    detector = build(path.stem)
    _, target = problem_of(detector.units)
    return dataclasses.replace(detector, state=load_file(path)).score(target.query.withhold())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
