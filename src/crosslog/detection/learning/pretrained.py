"""A sequence-to-sequence model of somebody else's, by name: a folder, the Hugging Face cache or the Hub."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor, nn

from crosslog.faults import UserError


class PretrainedError(UserError, ValueError):
    """A model cannot be found or is not one that reads and writes; the message says what to change."""


class Pretrained(NamedTuple):
    """A tokenizer and a network, as transformers has them."""

    tokenizer: Any
    network: Any


class PretrainedWords:
    """A model's own tokens."""

    def __init__(self, model: str) -> None:
        self.tokenizer, network = load_pretrained(model)
        self.nothing: int = network.config.pad_token_id
        self.begin: int = network.config.decoder_start_token_id
        self.end: int = network.config.eos_token_id

    def encode(self, text: str) -> list[int]:
        """A text's tokens, as inside a sentence."""
        tokens: list[int] = self.tokenizer(f" {text}", add_special_tokens=False)["input_ids"]
        return tokens


class PretrainedNetwork(nn.Module):
    """A model's network, with weights of its own to be tuned."""

    def __init__(self, model: str) -> None:
        super().__init__()
        loaded = load_pretrained(model).network
        self.body = type(loaded)(loaded.config)
        self.body.load_state_dict(loaded.state_dict())

    def forward(self, tokens: Tensor, answer: Tensor) -> Tensor:
        """(n, m, tokens) logits of what follows each of the (n, m) first tokens of an answer to (n, length)."""
        real = tokens != self.body.config.pad_token_id
        return self.body(input_ids=tokens, attention_mask=real.long(), decoder_input_ids=answer).logits  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def load_pretrained(model: str) -> Pretrained:
    """A folder's files, or the cache's, or the Hub's, the first that there are.

    Raises
    ------
    PretrainedError
        If there are none, or they are no sequence-to-sequence model with a tokenizer.
    """
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, logging  # noqa: PLC0415  seconds

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    reason = ""
    for local_only in (True,) if Path(model).is_dir() else (True, False):  # no minute of attempts where it is at hand
        try:
            network = AutoModelForSeq2SeqLM.from_pretrained(model, local_files_only=local_only)
            return Pretrained(AutoTokenizer.from_pretrained(model, local_files_only=local_only), network.eval())
        except (OSError, ValueError, KeyError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
    raise PretrainedError(
        f"detectors.prelog.model: {model} cannot be loaded as a sequence-to-sequence model: {reason}; name a folder "
        "with its files (config.json, model.safetensors, the tokenizer's), or null for the small one trained here"
    )
