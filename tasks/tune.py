"""Stage tune: choose hyper-parameters on source systems alone, one of them left out at a time, by a search each."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from crosslog import artifacts
from crosslog.detection.episodes.building import build_source_episodes
from crosslog.detection.split import Split
from crosslog.detection.tuning.folds import SearchFold, leave_one_out
from crosslog.faults import exit_in_words
from crosslog.settings import Experiment, Settings
from tasks._episodes import read_bundle
from tasks._searches import journal_of, problem_of

if TYPE_CHECKING:
    from crosslog.detection.tuning.history import Found


def main(name: str) -> None:
    """Write data/tuned/<name>: the values chosen for each detector and, where a search chose them, its history."""
    settings = Settings.load()
    experiment = settings.experiment(name)
    detectors = experiment.all_detectors
    searched = [detector for detector in detectors if detector in experiment.tuned]
    tuned_on = settings.experiment(experiment.tuned_on)
    results = dict(_results(settings, tuned_on, searched)) if searched and tuned_on.searchable else {}
    with artifacts.replace_folder(artifacts.chosen_path(name, "").parent) as temporary:
        for detector in detectors:
            chosen = results[detector].chosen if detector in results else {}
            artifacts.write_json(artifacts.chosen_path(temporary.name, detector), chosen)
        for detector, result in results.items():
            artifacts.TRIALS.write(result.trials, experiment=temporary.name, detector=detector)


def _results(settings: Settings, tuned_on: Experiment, detectors: Sequence[str]) -> Iterator[tuple[str, Found]]:
    assert isinstance(tuned_on.split, Split), f"{tuned_on.split} is no split"
    bundle = read_bundle(tuned_on.search_arm, artifacts.SOURCES)
    sources = build_source_episodes(bundle, tuned_on.teachers, tuned_on.unit)
    folds = leave_one_out(sources, tuned_on.split.support_units)
    for detector in detectors:
        result = _searched(settings, detector, tuned_on, folds)
        _tell(f"tune {detector} on {tuned_on.name}: {result.trials.height} trials, best {result.best:.4f}", last=True)
        yield detector, result


def _searched(settings: Settings, detector: str, tuned_on: Experiment, folds: Sequence[SearchFold]) -> Found:
    import optuna  # noqa: PLC0415  seconds of start-up that a run without anything to tune does not need

    from crosslog.detection.tuning import history, journal, search  # noqa: PLC0415

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    problem, path = problem_of(settings, detector, folds), journal_of(settings, detector, tuned_on)
    words = f"tune {detector} on {tuned_on.name}: {{}} of {settings.tune.trials} trials"
    try:
        with journal.opened(path) as storage:
            return search.search(problem, settings.tune, storage, lambda done: _tell(words.format(done)))
    except history.SearchError as error:
        raise history.SearchError(f"{detector}: {error}; once that is mended, delete {path}") from None


def _tell(words: str, *, last: bool = False) -> None:
    """One line: written over itself where a person looks on, once at the end where nobody does."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{words}" + "\n" * last)
    elif last:
        sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
