"""One file per way to split; its name is the name in params.yaml."""
