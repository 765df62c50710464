"""Stage download: a system's raw log, fetched or simulated, under data/raw/<system>."""

from __future__ import annotations

import os
import sys

from crosslog import artifacts
from crosslog.faults import exit_in_words
from crosslog.logs.download.fetching import fetch_file, store_chunks, write_listing
from crosslog.settings import Settings
from crosslog.systems import load_system


def main(system: str) -> None:
    """Fetch, simulate or list the files of `system`."""
    entry = load_system(system)
    folder = artifacts.raw_folder(system)
    for file in entry.files:
        fetch_file(file, folder, os.environ.get("CROSSLOG_MIRROR", ""))
    if entry.simulated:
        from crosslog.logs.simulate import simulate_lines  # noqa: PLC0415 - only these systems need it

        size = Settings.load().simulate
        store_chunks(simulate_lines(entry.simulated, size.lines, size.seed), folder / f"{system}.log")
    if entry.path:
        from crosslog.logs.reading import find_files  # noqa: PLC0415 - brings polars, which a fetch does not need

        write_listing(find_files(entry.path), folder / "listing.json")


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
