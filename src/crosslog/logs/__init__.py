"""Raw bytes to events, messages and templates."""
