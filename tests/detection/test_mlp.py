"""The network without context: its sums per distinct text, and what meta-learning gives it."""

from __future__ import annotations

import numpy as np
import torch
from detection import context, toy

from crosslog.detection.detectors.mlp import Mlp
from crosslog.detection.learning.networks import to_weights
from crosslog.detection.learning.sequences import cut_sequences

BLOCK = {
    "hidden_size": 8,
    "inner_learning_rate": 0.3,
    "outer_learning_rate": 0.01,
    "inner_steps": 3,
    "test_steps": 10,
    "meta_steps": 10,
    "weight_decay": 0.01,
    "seed": 1,
}
SOURCES, TARGET = toy.problem()


def test_its_loss_per_text_is_the_mean_over_events() -> None:
    detector = Mlp(**BLOCK).fit(SOURCES)
    inputs, network = cut_sequences([TARGET.support], toy.LENGTH), detector.load_network(toy.DIM)
    logits = network.texts(inputs.table)[inputs.ids][inputs.real]
    expected = torch.nn.functional.cross_entropy(logits, inputs.labels[inputs.real])
    found = detector.loss_of(network, TARGET.support)(to_weights(detector.state))
    assert torch.allclose(found, expected, atol=1e-6)


def test_a_text_has_one_score_wherever_it_stands() -> None:
    sources, target = context.problem()
    scores = Mlp(**BLOCK).fit(sources).adapt(target.support, sources).score(target.query.withhold())
    assert len(np.unique(scores[context.ambiguous(target.query)])) == 1


def test_every_source_changes_the_weights() -> None:
    few = {**BLOCK, "meta_steps": 3}
    learnt = Mlp(**few).fit(SOURCES).state
    for others in (SOURCES[:1], SOURCES[1:]):
        state = Mlp(**few).fit(others).state
        assert all(not np.array_equal(learnt[name], state[name]) for name in learnt)


def test_meta_learning_beats_a_random_start_at_equal_adaptation() -> None:
    random, learnt = (
        toy.auroc(
            Mlp(**{**BLOCK, "meta_steps": steps, "test_steps": 1})
            .fit(SOURCES)
            .adapt(TARGET.support, SOURCES)
            .score(TARGET.query.withhold()),
            TARGET.query.truth,
        )
        for steps in (0, 20)
    )
    assert learnt > random
    assert learnt > 0.9
