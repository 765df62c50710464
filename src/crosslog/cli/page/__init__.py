"""The review as a web page for this machine alone."""
