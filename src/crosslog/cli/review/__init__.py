"""`crosslog review` in the terminal and through files."""
