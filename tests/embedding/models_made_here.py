"""Models with random weights and a vocabulary of toy words, as folders."""

from __future__ import annotations

import json
from pathlib import Path

import torch

WORDS = tuple("widget gear belt spun broke slipped the a and of left right fast slow again".split())  # noqa: SIM905


def tiny_bert(folder: Path) -> Path:
    """A BERT of two layers and 32 numbers."""
    from transformers import BertConfig, BertModel, BertTokenizerFast  # noqa: PLC0415  five seconds of start-up

    folder.mkdir(parents=True, exist_ok=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, "##s"]
    vocabulary = {word: number for number, word in enumerate(words)}
    BertTokenizerFast(vocab=vocabulary, model_max_length=64).save_pretrained(folder)
    torch.manual_seed(1)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    BertModel(BertConfig(vocab_size=len(words), max_position_embeddings=64, **sizes)).save_pretrained(folder)
    return folder


def tiny_sentence_transformer(folder: Path, pooling: str = "pooling_mode_mean_tokens") -> Path:
    """The same with pooling and normalisation, as sentence-transformers writes them."""
    tiny_bert(folder)
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for number, (path, kind) in enumerate(kinds.items())
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 64, "do_lower_case": False}))
    modes = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": False, pooling: True}
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32, **modes}))
    return folder
