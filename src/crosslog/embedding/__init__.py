"""Texts to vectors, one per distinct text."""
