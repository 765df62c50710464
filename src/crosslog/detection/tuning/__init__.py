"""Hyper-parameters chosen on source systems alone, one of them left out at a time."""
