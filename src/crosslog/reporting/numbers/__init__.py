"""What chapters are made from: a run's numbers, and how they compare."""
