"""Workspaces with settings of their own."""

from __future__ import annotations

from pathlib import Path

TOP = Path(__file__).parents[1]


def project_of(folder: Path, systems: dict[str, str], entries: str | None = None) -> Path:
    """A folder whose params.yaml reads these systems (name: format), whose systems.yaml has these entries, or ours."""
    params = (TOP / "params.yaml").read_text()
    listed = "".join(f"\n      {name}: {{format: {name_of_format}}}" for name, name_of_format in systems.items())
    params = params.replace("      bgl_simulated: {format: bgl}", f"      bgl_simulated: {{format: bgl}}{listed}", 1)
    (folder / "params.yaml").write_text(params)
    (folder / "systems.yaml").write_text(entries or (TOP / "systems.yaml").read_text())
    return folder
