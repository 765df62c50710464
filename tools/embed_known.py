"""Known events: the vectors of their sentences, which ship with the package; run by hand when a sentence changes."""

from __future__ import annotations

import sys

from crosslog.embedding.encoder import build_encoder
from crosslog.faults import exit_in_words
from crosslog.labelling.known.events import read_sentences, store_known_vectors
from crosslog.settings import Settings


def main(encoder: str = "minilm") -> None:
    """Encode all sentences with an encoder of params.yaml."""
    rounded = build_encoder(Settings.load().encoders[encoder])
    _, sentences, _ = read_sentences()
    store_known_vectors(rounded.encode(sentences), rounded.identity())
    print(f"known: {len(sentences)} sentences, {rounded.identity()}")  # noqa: T201


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
