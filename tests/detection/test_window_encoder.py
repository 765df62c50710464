"""The encoder without copies: the same as a dense one, deaf to padding, and not to order."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from crosslog.detection.learning.window_encoder import EncoderSizes, WindowEncoder

SIZES = EncoderSizes(layers=2, size=8, heads=2, feed_forward=16, dropout=0.0)
TABLE = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
IDS = torch.tensor([[0, 1, 2, 3], [3, 3, 4, 0]])


def encoder(sizes: EncoderSizes = SIZES) -> WindowEncoder:
    torch.manual_seed(1)
    return WindowEncoder(3, sizes).eval()


def all_real(ids: Tensor) -> Tensor:
    return torch.ones_like(ids, dtype=torch.bool)


def test_it_is_what_torch_s_own_layers_make_of_a_vector_per_event() -> None:
    model = encoder()
    states = model.norm(model.input(TABLE[IDS]) + positions())
    for layer in model.layers:
        own = torch.nn.TransformerEncoderLayer(8, 2, 16, 0.0, "gelu", batch_first=True).eval()
        names = {"linear1": layer.widen, "linear2": layer.narrow, "norm1": layer.attended, "norm2": layer.fed}
        own.load_state_dict(
            {
                "self_attn.in_proj_weight": torch.cat([layer.query.weight, layer.key_value.weight]),
                "self_attn.in_proj_bias": torch.cat([layer.query.bias, layer.key_value.bias]),
                "self_attn.out_proj.weight": layer.out.weight,
                "self_attn.out_proj.bias": layer.out.bias,
                **{f"{name}.{key}": value for name, part in names.items() for key, value in part.state_dict().items()},
            }
        )
        states = own(states)
    expected = torch.tanh(model.pooler(states[:, 0]))
    assert torch.allclose(model(TABLE, IDS, all_real(IDS)), expected, atol=1e-6)


def positions() -> Tensor:
    place = torch.arange(4.0)[:, None] / 10000 ** (torch.arange(0, 8, 2) / 8)
    return torch.stack([place.sin(), place.cos()], dim=2).flatten(1)


def test_padding_is_looked_at_by_nobody() -> None:
    model = encoder()
    real = torch.tensor([[True, True, False, False]])
    first, other = (model(TABLE, torch.tensor([[0, 1, *rest]]), real) for rest in ([2, 3], [4, 4]))
    assert torch.equal(first, other)
    assert torch.allclose(first, model(TABLE, torch.tensor([[0, 1]]), torch.ones(1, 2, dtype=torch.bool)), atol=1e-6)


def test_the_order_of_events_counts() -> None:
    model, turned = encoder(), torch.tensor([[0, 2, 1, 3]])
    assert not torch.allclose(model(TABLE, turned, all_real(turned)), model(TABLE, IDS[:1], all_real(IDS[:1])))


def test_every_text_of_a_window_counts() -> None:
    table = TABLE.clone().requires_grad_()
    encoder()(table, IDS[:1], all_real(IDS[:1])).sum().backward()
    assert table.grad is not None
    assert table.grad.any(dim=1).tolist() == [True, True, True, True, False]


@pytest.mark.parametrize("wrong", [{"layers": 0}, {"heads": 3}])
def test_sizes_that_do_not_fit_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="one layer at least, and a size that is a multiple of the heads"):
        encoder(SIZES._replace(**wrong))
