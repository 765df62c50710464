"""Vectors to scores: windows, episodes and the methods that learn from them."""
