"""Each thing that CroSysLog does, the dense way and crosslog's: functions that must give the same arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call

from bench._dense import Copies, DenseLstm, copies, dense_adapt, dense_meta_gradient, dense_scores
from bench._spans import LENGTH
from crosslog.detection.detectors.crosyslog import CroSysLog
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.device import to_tensor
from crosslog.detection.learning.events import WINDOWS_AT_ONCE, EventTree, build_event_tree, mean_loss
from crosslog.detection.learning.maml import Losses, meta_gradient
from crosslog.detection.learning.networks import EventLstm, Weights, draw_weights, to_state
from crosslog.detection.learning.prefixes import Prefixes
from crosslog.detection.learning.vectors import network_inputs

RATE, INNER_STEPS, TEST_STEPS = 0.01, 5, 15  # Wang et al. 2024; the largest rate of theirs
OUTER_RATE, META_STEPS = 0.0009, 60  # the same: their largest, and the epochs that their search ends at
WEIGHT_DECAY = 0.01  # AdamW's own, where they leave it
AT_ONCE = 100  # windows that the dense way scores together: a query
Arrays = list[NDArray[np.float32]]
Way = Callable[[], Arrays]


class Ways(NamedTuple):
    """The same thing done twice."""

    dense: Way
    ours: Way


class Network(NamedTuple):
    """Weights to start from."""

    hidden: int
    weights: Weights


def network(dim: int, hidden: int) -> Network:
    """Weights drawn from a fixed seed."""
    model = draw_weights(partial(EventLstm, dim, hidden), seed=1)
    return Network(hidden, {name: weight.detach() for name, weight in model.named_parameters()})


def meta_training(given: Network, sources: Sequence[Episode]) -> Ways:
    """One meta-step's slopes, as shares of the largest: steps on each source's support, then its query's gradient."""
    model, weights = EventLstm(_dim(given), given.hidden), given.weights
    losses = [Losses(*(partial(_loss, model, build_event_tree(windows)) for windows in episode)) for episode in sources]
    dense = [(copies(episode.support), copies(episode.query)) for episode in sources]
    return Ways(
        lambda: _relative(dense_meta_gradient(weights, dense, RATE, INNER_STEPS)),
        lambda: _relative(meta_gradient(losses, weights, RATE, INNER_STEPS)),
    )


def scoring(given: Network, windows: Windows) -> Ways:
    """Scores of all windows."""
    return Ways(_dense_scoring(given, windows), lambda: [_detector(given).score(windows)])


def scoring_apart(given: Network, windows: Windows) -> Ways:
    """The same where crosslog shares texts, but no prefixes."""
    model, table = (
        EventLstm(_dim(given), given.hidden),
        to_tensor(network_inputs(windows, np.arange(len(windows.table)))),
    )
    parts = torch.split(to_tensor(windows.ids).long().clamp(min=0), WINDOWS_AT_ONCE)

    def ours() -> Arrays:
        with torch.no_grad():
            logits = [functional_call(model, given.weights, (table, _separate(part))) for part in parts]
            scores = [
                each.softmax(dim=1)[:, 1].view(part.shape[1], -1).T for each, part in zip(logits, parts, strict=True)
            ]
            return [torch.cat(scores).cpu().numpy()[windows.real]]

    return Ways(_dense_scoring(given, windows), ours)


def episodes_in_turn(given: Network, targets: Sequence[Episode]) -> Ways:
    """Each episode adapted to and its query scored, all from the same weights."""
    dense = [(copies(episode.support), copies(episode.query)) for episode in targets]
    detector = _detector(given)
    return Ways(
        lambda: [_dense_episode(given.weights, *episode) for episode in dense],
        lambda: [detector.adapt(support, []).score(query) for support, query in targets],
    )


def whole(given: Network, sources: Sequence[Episode], targets: Sequence[Episode]) -> tuple[Way, Way]:
    """An experiment: meta-training from first weights on, the weights; and each episode adapted to, its scores."""
    detector = _detector(given)
    return lambda: [*detector.fit(sources).state.values()], episodes_in_turn(given, targets).ours


def _separate(ids: Tensor) -> Prefixes:
    """(n, length) windows with nothing shared: event t of window w is node t * n + w."""
    count, length = ids.shape
    parents = (torch.arange(ids.numel(), device=ids.device) - count).clamp(min=0)
    return Prefixes(ids.T.reshape(-1), parents, [count] * length)


def _dense_scoring(given: Network, windows: Windows) -> Way:
    model, parts = DenseLstm(given.weights), torch.split(copies(windows).vectors, AT_ONCE)
    return lambda: [torch.cat([dense_scores(model, part) for part in parts]).cpu().numpy()[windows.real]]


def _dense_episode(weights: Weights, support: Copies, query: Copies) -> NDArray[np.float32]:
    model = DenseLstm(weights)
    dense_adapt(model, support, RATE, TEST_STEPS)
    scores: NDArray[np.float32] = dense_scores(model, query.vectors)[query.real].cpu().numpy()
    return scores


def _loss(model: EventLstm, given: EventTree, weights: Weights) -> Tensor:
    return mean_loss(functional_call(model, weights, (given.table, given.tree)), given.shares)


def _detector(given: Network) -> CroSysLog:
    return CroSysLog(
        window=LENGTH,
        hidden_size=given.hidden,
        layers=1,
        inner_learning_rate=RATE,
        outer_learning_rate=OUTER_RATE,
        inner_steps=INNER_STEPS,
        test_steps=TEST_STEPS,
        meta_steps=META_STEPS,
        second_order=False,
        class_weights=False,
        weight_decay=WEIGHT_DECAY,
        seed=1,
        state=to_state(given.weights),
    )


def _relative(slopes: Weights) -> Arrays:
    largest = max(slope.abs().max().item() for slope in slopes.values())
    return [(slopes[name] / largest).cpu().numpy() for name in sorted(slopes)]


def _dim(given: Network) -> int:
    return given.weights["layers.0.input.weight"].shape[1]
