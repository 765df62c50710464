"""The network without context: its sums per distinct text, and what meta-learning gives it."""

from __future__ import annotations

import numpy as np
import torch
from detection import context, toy

from crosslog.detection.detectors import mlp
from crosslog.detection.detectors.mlp import Mlp
from crosslog.detection.learning.networks import Embedding, initialise
from crosslog.detection.learning.sequences import sequences

BLOCK = {
    "hidden_size": 8,
    "inner_learning_rate": 0.3,
    "outer_learning_rate": 0.01,
    "inner_steps": 3,
    "test_steps": 10,
    "meta_steps": 10,
    "seed": 1,
}
SOURCES, TARGET = toy.problem()


def test_its_loss_per_text_is_the_mean_over_events() -> None:
    model = Embedding(toy.DIM, 8, 2)
    weights = initialise(model, 1)
    inputs = sequences([TARGET.support], toy.LENGTH)
    logits = model(inputs.table)[inputs.ids][inputs.real]
    expected = torch.nn.functional.cross_entropy(logits, inputs.labels[inputs.real])
    found = mlp._loss(model, mlp._texts(TARGET.support), weights)
    assert torch.allclose(found, expected, atol=1e-6)


def test_a_text_has_one_score_wherever_it_stands() -> None:
    sources, target = context.problem()
    scores = Mlp(**BLOCK).fit(sources).adapt(target.support, sources).score(target.query.withheld())
    assert len(np.unique(scores[context.ambiguous(target.query)])) == 1


def test_every_source_changes_the_weights() -> None:
    few = {**BLOCK, "meta_steps": 3}
    learnt = Mlp(**few).fit(SOURCES).state
    for others in (SOURCES[:1], SOURCES[1:]):
        state = Mlp(**few).fit(others).state
        assert all(not np.array_equal(learnt[name], state[name]) for name in learnt)


def test_meta_learning_beats_a_random_start_at_equal_adaptation() -> None:
    real = TARGET.query.real
    random, learnt = (
        toy.auroc(
            Mlp(**{**BLOCK, "meta_steps": steps, "test_steps": 1})
            .fit(SOURCES)
            .adapt(TARGET.support, SOURCES)
            .score(TARGET.query.withheld())[real],
            TARGET.query.labels[real],
        )
        for steps in (0, 20)
    )
    assert learnt > random
    assert learnt > 0.9
