"""One file per template miner."""
