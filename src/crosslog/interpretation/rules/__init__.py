"""Meanings without a language model: by rule and glossary, and written by hand."""
