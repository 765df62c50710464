"""What an experiment asks for, in small."""

from __future__ import annotations

from typing import Any

from crosslog.settings import Experiment

SPLIT = ("episodes", "rates", "source_support", "source_query", "support", "query")


def experiment(**changed: Any) -> Experiment:
    """An experiment over the systems `old` and `new`; `support` and `query` are the sources' spans, too."""
    span = {"events": 20, "rate": (0.0, 1.0)}
    asked = {"support": span, "query": {**span, "events": 100}, **changed}
    split = {
        "name": "episodes", "episodes": 1, "rates": "fractions", "source_support": asked["support"],
        "source_query": asked["query"], **{name: asked[name] for name in SPLIT if name in asked},
    }  # fmt: skip
    usual = {
        "sources": ("old",), "target": "new", "tuned_on": "e", "representation": "message", "cut": {"length": 10},
        "sampling_seed": 42, "seeds": (1,), "split": split,
        "name": "e", "encoder": "words", "detectors": ("exact_match",),
    }  # fmt: skip
    return Experiment.model_validate({**usual, **{name: value for name, value in asked.items() if name not in SPLIT}})
