"""Prefect flows: how and when the DVC stages are run. What is stale, DVC alone decides."""

import os

# Before Prefect is imported: no telemetry, and time for its own small server to start on a busy machine.
for name, value in {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "DO_NOT_TRACK": "1",
}.items():
    os.environ.setdefault(name, value)
