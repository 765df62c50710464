"""What was judged, exactly; else what it resembles among the judged and elsewhere; else what needs no label.

A message of the support has the share of its events that were anomalous, and so has another message of one of its
templates: no verdict is overruled. Of all others the chance is that of `crosslog detect` (detection/hints/belief.py):
the score without labels, moved by the support's labels wherever the same is known without them, and by those of the
texts that are close. What the sources know of a text is one of the parts of that score, its meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crosslog.detection.detector import Detector
from crosslog.detection.events import Episode, Windows
from crosslog.detection.hints.belief import Belief, start_belief
from crosslog.detection.hints.joining import PART_WEIGHTS, join_arrays
from crosslog.detection.hints.meaning import KnownTexts, compare_meanings
from crosslog.detection.learning.calibration import UNCHANGED, Sigmoid, fit_sigmoid
from crosslog.detection.learning.counts import (
    count_messages,
    count_templates,
    count_texts,
    hash_texts,
    look_up_keys,
)
from crosslog.detection.learning.history import rate_messages, summarise_history
from crosslog.detection.learning.vectors import text_vectors
from crosslog.vectors import normalise_vectors

KINDS = ("template", "message")  # a message says more than its template
UNJUDGED = -1.0
HALF = 0.5
MEANING = list(PART_WEIGHTS).index("meaning")
# The history has every judged message, and none of those that are asked for but were not judged: no two compare.
OF_HISTORY = [list(PART_WEIGHTS).index(part) for part in ("burst", "novelty", "rarity")]


@dataclass(frozen=True)
class VerdictMemory(Detector):
    """Remembers what was judged, and takes the rest from what is like it."""

    def fit(self, sources: Sequence[Episode]) -> Self:
        """Keep the sources' texts, and calibrate on their episodes.

        `source_vectors` (texts, dim) of length one; `source_anomalous` (texts,), which are mostly anomalous; `sigmoid`
        (2,), fitted to what episodes of each source, with the other sources as theirs, make of what their supports have
        not judged.
        """
        taught = replace(self, state={**_keep_texts(sources), "sigmoid": np.array(UNCHANGED)})
        asked = [self._try(episode, sources) for episode in sources if episode.query is not None]
        if not asked:
            return taught
        chances, shares = (np.concatenate(column) for column in zip(*asked, strict=True))
        return replace(self, state={**taught.state, "sigmoid": np.array(fit_sigmoid(chances, shares))})

    def _try(self, episode: Episode, sources: Sequence[Episode]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Chances of what an episode's support has not judged of its query, and the shares of anomalous events."""
        others = [other for other in sources if other.support.system != episode.support.system]
        state = {**_keep_texts(others or sources[:0]), "sigmoid": np.array(UNCHANGED)}
        adapted = replace(self, state=state).adapt(episode.support, others)
        query = episode.query or episode.support
        keys, shares = count_messages(query)
        ids, first = np.unique(query.events.messages[query.slots], return_index=True)
        hashed = _hash(query.events.texts.messages, ids)
        new = look_up_keys(hashed, *adapted._shares("message"), UNJUDGED) == UNJUDGED
        chances = adapted._believe(query, ids[new], _look_up_vectors(query, query.slots[first[new]]))
        return chances, look_up_keys(hashed[new], keys, shares, UNJUDGED).astype(np.float64)

    def adapt(self, support: Windows, sources: Sequence[Episode]) -> Self:
        """Keep what the support judges, by message and by template, and its history.

        `message_keys`, `message_shares`, `template_keys`, `template_shares`: see `count_messages`; `judged_vectors`
        (messages, dim), `judged_parts` (messages, parts) and `judged_shares` of the messages; and the history.
        """
        state = {**self.state, **summarise_history(support)}
        state["message_keys"], state["message_shares"] = count_messages(support)
        state["template_keys"], state["template_shares"] = count_templates(support)
        learnt = replace(self, state=state)
        ids, first = np.unique(support.events.messages[support.slots], return_index=True)
        vectors = _look_up_vectors(support, support.slots[first])
        shares = look_up_keys(_hash(support.events.texts.messages, ids), *learnt._shares("message"), UNJUDGED)
        state["judged_vectors"], state["judged_parts"] = vectors, learnt._rate(support, ids, vectors)
        return replace(self, state={**state, "judged_shares": shares.astype(np.float64)})

    def score(self, windows: Windows) -> NDArray[np.float32]:
        """(size,) in [0, 1]."""
        slots, texts = windows.slots, windows.events.texts
        pairs = np.stack([windows.events.messages[slots], windows.events.templates[slots]], axis=1)
        (messages, templates), first, inverse = _find_distinct(pairs)
        scores = self._believe(windows, messages, _look_up_vectors(windows, slots[first]))
        for kind, names, numbers in zip(KINDS, (texts.templates, texts.messages), (templates, messages), strict=True):
            said = look_up_keys(_hash(names, numbers), *self._shares(kind), UNJUDGED)
            scores = np.where(said == UNJUDGED, scores, said)
        return scores.astype(np.float32)[inverse]

    def _believe(self, windows: Windows, ids: NDArray[np.int32], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) chances of messages, given all that were judged."""
        judged = len(self.state["judged_shares"])
        chances = self._judge(self._rate(windows, ids, vectors), vectors).chance[judged:]
        return Sigmoid(*self.state["sigmoid"]).apply(chances)

    def _judge(self, parts: NDArray[np.float64], vectors: NDArray[np.float32]) -> Belief:
        """The belief of all that were judged, and then of others."""
        parts, vectors = (
            np.concatenate([self.state["judged_parts"], parts]),
            np.concatenate([self.state["judged_vectors"], vectors]),
        )
        belief, shares = start_belief(join_arrays(parts), parts, vectors), self.state["judged_shares"]
        belief.judge(np.arange(len(shares)), shares)
        return belief

    def _rate(self, windows: Windows, ids: NDArray[np.int32], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        parts = rate_messages(windows, ids, self.state)
        parts[:, OF_HISTORY] = 0.0
        taught = self.state["source_anomalous"] > 0
        nameless = [""] * len(taught)
        known = KnownTexts(self.state["source_vectors"], nameless, nameless, taught)
        parts[:, MEANING] = compare_meanings(vectors, known)["meaning"].fill_null(0.0).to_numpy()
        return parts

    def _shares(self, kind: str) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
        return self.state[f"{kind}_keys"], self.state[f"{kind}_shares"]


def _keep_texts(sources: Sequence[Episode]) -> dict[str, NDArray[np.float32]]:
    if not sources:
        return {"source_vectors": np.zeros((0, 0), np.float32), "source_anomalous": np.zeros(0, np.float32)}
    counts = count_texts([windows for episode in sources for windows in episode.parts])
    return {
        "source_vectors": normalise_vectors(counts.vectors),
        "source_anomalous": (counts.share > HALF).astype(np.float32),
    }


def _find_distinct(pairs: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.intp], NDArray[np.intp]]:
    """(2, n) distinct ones of (m, 2) pairs, where each is first (n,), and which each is (m,)."""
    distinct, first, inverse = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    return distinct.T, first, inverse.reshape(-1)


def _look_up_vectors(windows: Windows, events: NDArray[np.integer]) -> NDArray[np.float32]:
    """(n, dim) unit vectors of events."""
    return normalise_vectors(text_vectors(windows, windows.events.units[events]))


def _hash(names: Sequence[str], numbers: NDArray[np.integer]) -> NDArray[np.uint64]:
    return hash_texts([names[number] for number in numbers])
