"""Templates to meanings in plain English."""
