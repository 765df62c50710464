"""Meanings from a language model: asked patiently, within a budget, and never twice."""
