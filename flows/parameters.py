"""What a person can ask of a flow, as the fields of its form in Prefect's UI and of its command line."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flows.suites import suite_names

MOST_WORKERS = 64
# In a field Prefect shows what the schema says of it, and not what `Field(description=…)` says.
SUITE = {"description": "The suite to work on; empty: the one that is chosen already"}
ITEMS = {
    "description": "Stages or single items to bring up to date, such as `embed` or `parse@bgl`, with all that they "
    "need; empty: everything"
}
WORKERS = {"description": "How many DVC processes run side by side at most"}
FORCE = {"description": "Run the items (everything, where none is named) though nothing has changed"}

SuiteName = Annotated[str, Field(json_schema_extra={"enum": [*suite_names()]})]
Suite = Annotated[SuiteName | None, Field(json_schema_extra={**SUITE})]
Items = Annotated[list[str], Field(json_schema_extra={**ITEMS})]
Workers = Annotated[int, Field(ge=1, le=MOST_WORKERS, json_schema_extra={**WORKERS})]
Force = Annotated[bool, Field(json_schema_extra={**FORCE})]
