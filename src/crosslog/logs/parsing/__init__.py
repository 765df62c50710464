"""Raw lines to events, distinct messages, templates and remarks."""
