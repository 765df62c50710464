"""New lines of a log that nobody labelled, as findings that a person can act on."""
