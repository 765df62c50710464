"""Templates and lines to labels: by people, by verdicts on templates, and carried over from other systems."""
