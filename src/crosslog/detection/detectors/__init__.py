"""One file per method; its name is its name in params.yaml."""
