"""Networks compute on one thread, as the pipeline's do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from crosslog.detection.learning.device import set_up_torch


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """torch as the pipeline sets it up, and afterwards as it was."""
    before = torch.get_num_threads()
    set_up_torch()
    yield
    set_up_torch(threads=before)
