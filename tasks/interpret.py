"""Stage interpret: one plain-English sentence per template, in a CSV that people edit."""

from __future__ import annotations

import sys
from pathlib import Path

from crosslog import artifacts, schemas
from crosslog.interpretation import review, table
from crosslog.interpretation.answers import Answers
from crosslog.interpretation.client import Client, Endpoint
from crosslog.interpretation.interpret import Interpreter, interpreted
from crosslog.interpretation.rules import Rules
from crosslog.settings import InterpretSettings, Settings, load_system


def main(system: str) -> None:
    """Bring a system's interpretations up to date; no row that a person touched is rewritten."""
    templates = artifacts.TEMPLATES.read(system=system)
    path, ledger = table.path_of(system), review.written_path_of(system)
    existing = table.read(path.read_bytes(), str(path)) if path.exists() else table.empty()
    rules, interpreter = Rules(), chosen(Settings.load().interpret, system)

    every = review.requests(templates, table.empty(), rules.source)
    by_rule = dict(zip(every, rules.interpret(list(every.values())), strict=True))
    written = set(ledger.read_text(encoding="utf-8").split()) if ledger.exists() else set()
    current = review.recognised(existing, written | review.fingerprints(by_rule))
    asked = review.requests(templates, current, interpreter.source)
    meanings = dict(zip(asked, interpreted(list(asked.values()), interpreter, rules), strict=True))
    merged = review.merged(templates, current, meanings)

    artifacts.checked(merged, schemas.Interpretations, path)
    # First what is remembered as ours: a sentence written before it is remembered would pass for a person's.
    artifacts.write_text(ledger, "".join(f"{line}\n" for line in sorted(written | review.fingerprints(meanings))))
    artifacts.write_text(path, table.formatted(merged))
    added = merged.height - merged.join(existing, on="key", how="semi").height
    kept = sum(review.is_touched(row) for row in merged.iter_rows(named=True))
    problems = merged.filter(merged["problems"] != "").height
    print(f"interpret {system}: {merged.height} rows, {added} added, {kept} of people, {problems} with problems")  # noqa: T201


def chosen(settings: InterpretSettings, system: str) -> Interpreter:
    """The interpreter that params.yaml asks for."""
    if not settings.online:
        return Rules()
    endpoint = Endpoint(
        settings.model, settings.base_url, settings.temperature, settings.max_retries, settings.timeout_seconds
    )
    return Client(endpoint, settings.prompt, load_system(system).kind, Answers(Path(f"data/answers/{system}.jsonl")))


if __name__ == "__main__":
    main(*sys.argv[1:])
