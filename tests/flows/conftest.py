"""A small Prefect server for the tests of flows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def server() -> Iterator[None]:
    """A database and a server that live as long as the tests do."""
    from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415  three seconds of start-up

    with prefect_test_harness(server_startup_timeout=180):  # on a busy machine it takes more than its own 30 seconds
        yield
