"""What an experiment asks for, in small."""

from __future__ import annotations

from typing import Any

from crosslog.settings import Experiment


def experiment(**changed: Any) -> Experiment:
    """An experiment over the systems `old` and `new`; `support` and `query` are the sources' spans, too."""
    span = {"events": 20, "rate": (0.0, 1.0)}
    asked = {"support": span, "query": {**span, "events": 100}, **changed}
    return Experiment.model_validate(
        {
            "sources": ("old",),
            "target": "new",
            "tuned_on": "e",
            "representation": "message",
            "window": 10,
            "episodes": 1,
            "sampling_seed": 42,
            "seeds": (1,),
            "source_support": asked["support"],
            "source_query": asked["query"],
            **asked,
        }
    )
