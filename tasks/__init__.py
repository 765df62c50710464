"""One thin file per DVC stage: read artifacts, call one pure function, write artifacts."""
