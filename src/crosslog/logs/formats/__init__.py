"""One file per line format: polars expressions and the label rule."""
