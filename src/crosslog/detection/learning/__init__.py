"""What several detectors share: counts of distinct texts, linear models, torch networks, meta-learning."""
