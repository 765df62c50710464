"""Scores to numbers with intervals, and the audit that looks for leaks."""
