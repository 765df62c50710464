"""Whether meanings bring systems together: `python -m bench.interpretations` from the top of the repository.

Writes reports/bench/interpretations.md from data/meaning_pairs.csv beside this file and the logs in CROSSLOG_MIRROR;
numbers only. Who chose the pairs read the messages alone, and no sentence about them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench._logs import parse_mirror
from bench._pairs import PAIRS, TOP, Floats, Pairs, areas, found, interval, meanings, means, purity, ranks
from crosslog import artifacts
from crosslog.embedding.encoder import build_encoder
from crosslog.embedding.store import vectors_for
from crosslog.evaluation.metrics import compute_auroc
from crosslog.interpretation.meanings import Request
from crosslog.interpretation.rules import curated
from crosslog.interpretation.rules.quoting import quote_template
from crosslog.interpretation.rules.sentences import RuleInterpreter, find_sentence
from crosslog.settings import Settings

Estimate = tuple[float, Floats]  # a value, and what resamples give for it
PATH = Path("reports/bench/interpretations.md")
REFERENCE = "template"
HEAD = """# Interpretations across systems

{pairs} pairs of templates of different systems ({systems}): {same} with the same meaning, {different} with another,
chosen by reading the messages alone, without sight of any sentence about them.{missing} The same messages in five
wordings, embedded with `{encoder}`. `quoted` is the template without its wildcards; in the row `rules` a template
of which no rule knows anything is quoted ({spoken} of all templates have a rule's sentence), and in the row `curated`
one without a curated sentence has that of the row before; curated are {share}.

`nearest`: of {listed} templates that have a partner of the same meaning, the share whose nearest template among all of
the other systems ({templates} in all) is a partner; then the share with a partner among the {top} nearest, and the mean
of 1 / rank (MRR). Partners of partners count; those that nobody listed are misses, in every row alike. `by meaning`:
each of {groups} meanings weighs the same. AUROC: the chance that a pair of the same meaning is closer than one of
another. Intervals hold {confidence:.0%} of resamples: for MRR of meanings, for AUROC of pairs, which share templates,
so that these are rather narrow. A pair is hard when words mislead: the same meaning with fewer words in common than the
median pair, or another meaning with more. That is hardest on the wordings that still hold those words.
"""
COLUMNS = (
    f"wording|nearest|by meaning|in the top {TOP}|MRR|minus that of the {REFERENCE}|AUROC|minus that of the {REFERENCE}"
)


def main() -> None:
    """Measure every wording; write the report."""
    pairs = pl.read_csv(PAIRS)
    templates = templates_of({*pairs["system_a"], *pairs["system_b"]})
    listed = found(pairs, templates)
    requests = dict(zip(templates["key"], map(Request, templates["template"], templates["message"]), strict=True))
    texts, written = wordings(templates, requests), curated.find_curated(requests)
    vectors = {name: embedded(wording) for name, wording in texts.items()}
    text = head(listed, templates, templates["key"].is_in(list(written))) + tables(listed, templates, vectors)
    artifacts.write_text(PATH, text)
    print(text)


def templates_of(systems: set[str]) -> pl.DataFrame:
    """(system, key, template, message) of every template of those systems of the mirror, each log parsed in passing."""
    if not os.environ.get("CROSSLOG_MIRROR"):
        raise SystemExit("CROSSLOG_MIRROR is not set: the pairs are of public logs, so name the folder that holds them")
    with tempfile.TemporaryDirectory() as folder:
        parse_mirror(Path(folder), systems)
        return pl.concat(
            _with_messages(Path(folder), system).select(pl.lit(system).alias("system"), "key", "template", "message")
            for system in sorted(systems)
        )


def _with_messages(folder: Path, system: str) -> pl.DataFrame:
    """A system's templates, each with its most frequent message."""
    messages = pl.read_parquet(folder / f"data/messages/{system}.parquet")
    most = messages.sort("count", "message_id", descending=[True, False]).unique("template_id", keep="first")
    templates = pl.read_parquet(folder / f"data/templates/{system}.parquet")
    return templates.join(most.select("template_id", message="text"), on="template_id", maintain_order="left")


def wordings(templates: pl.DataFrame, requests: Mapping[str, Request]) -> dict[str, list[str]]:
    """What stands for each template, by the name of the wording."""
    rules = RuleInterpreter().interpret([requests[key] for key in templates["key"]])
    written = curated.find_curated(requests)
    both = [written.get(key, rule) for key, rule in zip(templates["key"], rules, strict=True)]
    return {
        REFERENCE: templates["template"].to_list(),
        "message": templates["message"].to_list(),
        "quoted": [quote_template(template) for template in templates["template"]],
        "rules": [meaning.sentence for meaning in rules],
        "curated": [meaning.sentence for meaning in both],
    }


def embedded(texts: list[str]) -> NDArray[np.float32]:
    """(n, dim) vectors of length one by the default encoder, kept where the benches keep theirs."""
    encoder = build_encoder(Settings.load().default_encoder)
    return vectors_for(texts, Path("data/vectors") / encoder.identity(), encoder)[0]


def head(listed: Pairs, templates: pl.DataFrame, written: pl.Series) -> str:
    """What was measured, in words; `written`: which templates are curated."""
    settings, partnered = Settings.load(), np.unique(listed.rows[listed.same])
    by_system = templates.with_columns(written=written).group_by("system", maintain_order=True).agg(pl.mean("written"))
    shares = [f"{share:.0%} of {system}" for system, share in by_system.iter_rows()]
    missing = f" No longer there: {len(listed.missing)} ({', '.join(listed.missing)})." if listed.missing else ""
    return HEAD.format(
        pairs=len(listed.same),
        systems=", ".join(by_system["system"]),
        same=listed.same.sum(),
        different=(~listed.same).sum(),
        missing=missing,
        encoder=settings.default_encoder.options.get("model", settings.embed),
        spoken=f"{np.mean([bool(find_sentence(template)) for template in templates['template']]):.0%}",
        share=f"{written.to_numpy()[np.unique(listed.rows)].mean():.0%} of the listed templates ({', '.join(shares)})",
        listed=len(partnered),
        templates=templates.height,
        top=TOP,
        groups=len(np.unique(meanings(listed.rows[listed.same], templates.height)[partnered])),
        confidence=settings.evaluate.confidence,
    )


def tables(listed: Pairs, templates: pl.DataFrame, vectors: Mapping[str, NDArray[np.float32]]) -> str:
    """A table over all pairs and one over the hard ones."""
    every = np.ones_like(listed.hard)
    return "".join(
        _table(f"{name}: {int(chosen.sum())} ({int((chosen & listed.same).sum())} the same)", rows)
        for name, chosen in (("All pairs", every), ("Hard pairs", listed.hard))
        for rows in [list(_rows(listed, chosen, templates["system"].to_numpy(), vectors))]
    )


def _table(title: str, rows: list[str]) -> str:
    lines = [f"\n## {title}\n", f"|{COLUMNS}|", "|---" * (COLUMNS.count("|") + 1) + "|", *rows]
    return "\n".join(lines) + "\n"


def _rows(
    listed: Pairs, chosen: NDArray[np.bool_], systems: NDArray[np.str_], vectors: Mapping[str, NDArray[np.float32]]
) -> Iterator[str]:
    settings, meaning = Settings.load().evaluate, meanings(listed.rows[listed.same], len(systems))
    asked, same, (a, b) = np.unique(listed.rows[chosen & listed.same]), listed.same[chosen], listed.rows[chosen].T
    references: list[Estimate] = []
    for name, table in vectors.items():
        rank = ranks(table, systems, meaning, asked)
        cosines = np.einsum("ij,ij->i", table[a], table[b]).astype(np.float64)
        measured = purity(rank, meaning[asked])
        found = [
            (measured.reciprocal, means(1 / rank, meaning[asked], settings)),
            (compute_auroc(same, cosines), areas(same, cosines, settings)),
        ]
        references = references or found
        cells = [f"{value:.2f}" for value in measured[:-1]]
        for estimate, reference in zip(found, references, strict=True):
            cells += [_cell(estimate), "–" if name == REFERENCE else _cell(_less(estimate, reference), sign="+")]
        yield f"| {name} | {' | '.join(cells)} |"


def _less(estimate: Estimate, reference: Estimate) -> Estimate:
    return estimate[0] - reference[0], estimate[1] - reference[1]


def _cell(estimate: Estimate, sign: str = "") -> str:
    value, draws = estimate
    low, high = interval(draws, Settings.load().evaluate.confidence)
    return f"{value:{sign}.2f} [{low:{sign}.2f}, {high:{sign}.2f}]"


if __name__ == "__main__":
    main()
