"""`crosslog labels` and `crosslog transfer`: what people, and other systems, say of a system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from projects import write_params

from crosslog import artifacts
from crosslog.interpretation.review import decisions, table
from crosslog.labelling import proposals
from crosslog.templates import template_key

Run = Callable[..., tuple[int, str]]
HEADER = "first_line,last_line,label,annotator,annotated_at,note\n"


def test_agreement_and_what_is_open_are_shown(crosslog: Run, workspace: Path) -> None:
    Path("labels").mkdir()
    rows = ["1,10,normal,ann", "1,10,normal,bob", "11,12,anomalous,ann", "11,12,normal,bob", "20,20,normal,ann"]
    Path("labels/gears.csv").write_text(HEADER + "".join(f"{row},,\n" for row in rows), encoding="utf-8")
    code, said = crosslog("labels", "gears")
    assert code == 0
    assert "ann, bob 12 0.83 0.00" in said
    assert "agreed: 10 lines in 1 spans conflict: 2 lines in 1 spans waiting: 1 lines in 1 spans" in said
    assert "11-12 conflict ann: anomalous, bob: normal" in said


def test_a_system_without_labels_by_people_is_named(crosslog: Run, workspace: Path) -> None:
    code, said = crosslog("labels", "gears")
    assert (code, said) == (1, "labels/gears.csv is not there: labels/README.md says what it holds")


@pytest.fixture
def systems(workspace: Path) -> Path:
    """`old`, whose events are labelled, and `new`, with one template in the same words and one that is its own."""
    write_params(workspace, {"encoders.words.options": {"dim": 256, "seed": 1}})
    entry = "{description: d, kind: k, format: plain, path: x, labels: tag}"
    Path("systems.yaml").write_text(f"old: {entry}\nnew: {entry.replace('tag', 'none')}\n", encoding="utf-8")
    written("old", ["the belt of the pump broke apart", "the lamp is lit as before"])
    written("new", ["the belt of the pump broke apart", "seventeen quite other zebras"])
    events("old", [False, True])
    return workspace


def written(system: str, texts: list[str]) -> None:
    keys = [template_key(text) for text in texts]
    counts = pl.Series([9] * len(texts), dtype=pl.UInt64)
    ids = pl.Series(range(len(texts)), dtype=pl.UInt32)
    templates = pl.DataFrame({"template_id": ids, "key": keys, "template": texts, "example": texts, "count": counts})
    artifacts.TEMPLATES.write(templates.with_columns(first_line=counts), system=system)
    rows = [
        dict.fromkeys(table.ROW_COLUMNS, "")
        | {"key": key, "template": text, "example": text, "occurrences": 9, "source": "rules", "status": "pending"}
        | {"interpretation": f"It says {text}."}
        for key, text in zip(keys, texts, strict=True)
    ]
    frame = pl.DataFrame(rows, schema=table.ROW_TYPES, orient="row")
    artifacts.write_text(artifacts.interpretations_path(system), table.format_rows(frame))


def events(system: str, normal: list[bool]) -> None:
    lines = len(normal)
    nothing = pl.Series([None] * lines, dtype=pl.String)
    ids = pl.Series(range(lines), dtype=pl.UInt32)
    frame = pl.DataFrame(
        {
            "line": pl.Series(range(1, lines + 1), dtype=pl.UInt64),
            "time": pl.Series([None] * lines, dtype=pl.Datetime("us", "UTC")),
            **dict.fromkeys(("node", "component", "level"), nothing),
            "message_id": ids,
            "template_id": ids,
            "label": pl.Series([None if fine else "BROKEN" for fine in normal], dtype=pl.String),
            "anomalous": [not fine for fine in normal],
            "session": nothing,
        }
    )
    artifacts.EVENTS.write_part(artifacts.EVENTS.at(system=system), 0, frame)


def answered(answer: str, reviewer: str = "Ada") -> None:
    path = artifacts.proposals_path("new")
    frame = proposals.parse_proposals(path.read_bytes(), str(path))
    given = pl.when(pl.col("proposal") != "").then(pl.lit(answer)).otherwise(pl.lit(""))
    path.write_text(
        proposals.format_proposals(frame.with_columns(answer=given, reviewer=pl.lit(reviewer))), encoding="utf-8"
    )


def test_what_is_known_elsewhere_is_proposed_and_counts_once_it_is_accepted(crosslog: Run, systems: Path) -> None:
    code, said = crosslog("transfer", "new")
    assert code == 0
    assert "1 anomalous and 0 normal proposed; of 2 templates 1 known, 0 drifted, 1 with nothing alike" in said
    verdicts = table.parse_rows(artifacts.interpretations_path("new").read_bytes(), "")["verdict"].to_list()
    assert verdicts == ["", ""]
    answered("accept")
    assert crosslog("transfer", "new", "--accept")[0] == 0
    rows = table.parse_rows(artifacts.interpretations_path("new").read_bytes(), "")
    judged = dict(rows.select("template", "verdict").rows())
    assert judged == {"the belt of the pump broke apart": "anomalous", "seventeen quite other zebras": ""}


def test_a_real_system_learns_from_a_simulated_one_only_where_that_is_named(crosslog: Run, systems: Path) -> None:
    entries = Path("systems.yaml").read_text(encoding="utf-8")
    made_up = entries.replace(
        "old: {description: d, kind: k, format: plain, path: x,",
        "old: {description: d, kind: k, format: plain, simulated: x,",
    )
    Path("systems.yaml").write_text(made_up, encoding="utf-8")
    code, said = crosslog("transfer", "new")
    assert code == 1
    assert "only simulated systems have labels here (old), and new is real" in " ".join(said.split())
    assert not artifacts.proposals_path("new").exists()
    code, said = crosslog("transfer", "new", "--from", "old")
    assert (code, "1 anomalous and 0 normal proposed" in said) == (0, True)


def judged(template: str) -> dict[str, str]:
    rows = table.parse_rows(artifacts.interpretations_path("new").read_bytes(), "")
    row = rows.row(by_predicate=pl.col("template") == template, named=True)
    return {name: row[name] for name in ("verdict", "reviewer")}


BELT = "the belt of the pump broke apart"


def test_who_accepted_a_proposal_is_who_judged(crosslog: Run, systems: Path) -> None:
    crosslog("transfer", "new")
    answered("accept", "Bo")
    _, said = crosslog("transfer", "new", "--accept")
    assert "new: 1 of 1 accepted proposals taken as verdicts" in said
    assert judged(BELT) == {"verdict": "anomalous", "reviewer": "Bo"}


def test_an_answer_without_a_name_is_signed(crosslog: Run, systems: Path) -> None:
    crosslog("transfer", "new")
    answered("accept", "")
    crosslog("transfer", "new", "--accept", "--reviewer", "Cy")
    assert judged(BELT) == {"verdict": "anomalous", "reviewer": "Cy"}
    frame = proposals.parse_proposals(artifacts.proposals_path("new").read_bytes(), "")
    assert frame.filter(pl.col("answer") != "").select("reviewer", pl.col("answered_at").str.len_chars()).rows() == [
        ("Cy", 25)
    ]


def test_a_verdict_that_a_person_gave_later_is_not_overwritten(crosslog: Run, systems: Path) -> None:
    crosslog("transfer", "new")
    answered("accept", "Bo")
    crosslog("review", "judge", "new", template_key(BELT)[:8], "normal", "--reviewer", "Di")
    before = artifacts.interpretations_path("new").read_bytes()
    _, said = crosslog("transfer", "new", "--accept")
    assert "new: 0 of 1 accepted proposals taken" in said
    assert f"{template_key(BELT)[:8]}: anomalous was accepted, but somebody judged it normal: that stays" in said
    assert artifacts.interpretations_path("new").read_bytes() == before


def test_a_verdict_that_was_taken_back_is_not_replayed(crosslog: Run, systems: Path, monkeypatch) -> None:
    crosslog("transfer", "new")
    answered("accept", "")
    crosslog("transfer", "new", "--accept")
    monkeypatch.setattr(decisions, "current_time", lambda: "9999-01-01T00:00:00+00:00")
    crosslog("review", "judge", "new", template_key(BELT)[:8], "none", "--reviewer", "Di")
    _, said = crosslog("transfer", "new", "--accept")
    assert "anomalous was accepted, but somebody decided about it after that: that stays" in said
    assert judged(BELT) == {"verdict": "", "reviewer": "Di"}


def test_a_refused_proposal_changes_nothing_and_stays_refused(crosslog: Run, systems: Path) -> None:
    crosslog("transfer", "new", "--from", "old")
    answered("refuse")
    before = artifacts.interpretations_path("new").read_bytes()
    crosslog("transfer", "new", "--accept")
    crosslog("transfer", "new", "--from", "old")
    assert artifacts.interpretations_path("new").read_bytes() == before
    path = artifacts.proposals_path("new")
    assert set(proposals.parse_proposals(path.read_bytes(), "")["answer"]) == {"", "refuse"}


def test_an_answer_that_is_saved_while_proposals_are_computed_is_kept(
    crosslog: Run, systems: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crosslog("transfer", "new")
    renewed, calls = proposals.renew_proposals, []

    def slow(*frames: pl.DataFrame) -> pl.DataFrame:
        found = renewed(*frames)
        calls.append(found)
        if len(calls) == 1:
            answered("refuse")
        return found

    monkeypatch.setattr(proposals, "renew_proposals", slow)
    crosslog("transfer", "new")
    assert set(proposals.parse_proposals(artifacts.proposals_path("new").read_bytes(), "")["answer"]) == {"", "refuse"}


def test_without_a_labelled_system_there_is_nothing_to_carry_over(crosslog: Run, systems: Path) -> None:
    code, said = crosslog("transfer", "old")
    assert code == 1
    assert "no other system has labels here" in said
