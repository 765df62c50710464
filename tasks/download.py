"""Stage download: a system's raw log, fetched or simulated, under data/raw/<system>."""

from __future__ import annotations

import os
import sys

from crosslog import artifacts
from crosslog.faults import exit_on_network_error
from crosslog.logs.checksums import store
from crosslog.logs.download import fetch, write_listing
from crosslog.settings import Settings
from crosslog.systems import load_system


def main(system: str) -> None:
    """Fetch, simulate or list the files of `system`."""
    entry = load_system(system)
    folder = artifacts.raw_folder(system)
    for file in entry.files:
        fetch(file, folder, os.environ.get("CROSSLOG_MIRROR", ""))
    if entry.simulated:
        from crosslog.logs.simulate import simulate  # noqa: PLC0415 - only these systems need it

        size = Settings.load().simulate
        store(simulate(entry.simulated, size.lines, size.seed), folder / f"{system}.log")
    if entry.path:
        from crosslog.logs.reading import find  # noqa: PLC0415 - brings polars, which a fetch does not need

        write_listing(find(entry.path), folder / "listing.json")


if __name__ == "__main__":
    with exit_on_network_error():
        main(*sys.argv[1:])
