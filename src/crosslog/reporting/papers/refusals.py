"""What the leak audit refuses of some methods' runs, under both protocols."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.papers.runs import PROTOCOL_WORDS, Runs


def audit_count(inputs: Inputs, experiment: str | None, detector: str) -> str:
    """How many of a run's checks hold, and the first that does not; empty where there is no run."""
    checks = inputs.audits.filter(experiment=experiment, detector=detector) if experiment else inputs.audits.clear()
    if checks.is_empty():
        return ""
    failed = checks.filter(~pl.col("passed"))["check"].to_list()
    made = checks.height - checks["passed"].null_count()
    verdict = f"{made - len(failed)} of {made}"
    return f"{verdict}: {failed[0]}{', …' * (len(failed) > 1)}" if failed else verdict


def failures(inputs: Inputs, runs: Sequence[tuple[str, Runs]]) -> Iterator[str]:
    """One sentence on what the audits of some detectors' runs refuse, under both protocols; none where they do not."""
    refused: dict[str, list[str]] = {}
    for protocol in Runs._fields:
        pairs = {(getattr(pair, protocol), detector) for detector, pair in runs if getattr(pair, protocol)}
        for check, detectors in _failed(inputs, pairs):
            whose = _whose(detectors, [detector for _, detector in sorted(pairs)])
            refused.setdefault(check, []).append(f"{PROTOCOL_WORDS[protocol]}: {whose}")
    if refused:
        yield "The audit refuses: " + "; ".join(f"{check} ({', '.join(each)})" for check, each in refused.items()) + "."


def _whose(failed: Sequence[str], detectors: Sequence[str]) -> str:
    """Those that fail, or the few that do not."""
    others = list(dict.fromkeys(each for each in detectors if each not in failed))
    if not others:
        return "all"
    return f"all but {', '.join(others)}" if len(others) < len(set(failed)) else ", ".join(dict.fromkeys(failed))


def _failed(inputs: Inputs, pairs: Collection[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Each check that some runs fail, with their detectors."""
    wanted = pl.DataFrame(sorted(pairs), schema={"experiment": pl.String, "detector": pl.String}, orient="row")
    failed = inputs.audits.filter(~pl.col("passed")).join(wanted, on=wanted.columns, how="semi", maintain_order="left")
    for (check,), rows in failed.group_by("check", maintain_order=True):
        yield str(check), rows["detector"].to_list()
