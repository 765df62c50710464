"""What a person can ask of a flow, as the fields of its form in Prefect's UI and of its command line."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flows.suites import AS_CHOSEN, suite_names

MOST_WORKERS = 64
# In a field Prefect shows what the schema says of it, and not what `Field(description=…)` says.
SUITE = f"The suite to work on; {AS_CHOSEN!r}: the one that was chosen last"
ITEMS = "Stages or items such as `embed` or `parse@bgl`, to bring up to date with all that they need; empty: everything"
WORKERS = "How many DVC processes run side by side at most"
FORCE = "Run the items (everything, where none is named) though nothing has changed"
SUITES = [AS_CHOSEN, *suite_names()]

Suite = Annotated[str, Field(json_schema_extra={"description": SUITE, "enum": [*SUITES]})]
Items = Annotated[list[str], Field(json_schema_extra={"description": ITEMS})]
Workers = Annotated[int, Field(ge=1, le=MOST_WORKERS, json_schema_extra={"description": WORKERS})]
Force = Annotated[bool, Field(json_schema_extra={"description": FORCE})]
