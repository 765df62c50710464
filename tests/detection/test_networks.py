"""What a network is fed."""

from __future__ import annotations

import torch

from crosslog.detection.learning.networks import scaled


def test_vectors_of_length_one_are_stretched_and_others_are_as_their_encoder_made_them() -> None:
    unit, other, padding = [0.6, 0.0, 0.8, 0.0], [3.0, 0.0, 4.0, 0.0], [0.0] * 4
    found = scaled(torch.tensor([unit, other, padding]))
    assert found.tolist() == [[2 * torch.tensor(value).item() for value in unit], other, padding]
    assert torch.equal(found[:1], scaled(torch.tensor([unit])))
