"""Few-shot episodes: where their spans are drawn, and the bundle and windows they become."""
