"""What papers print, to stand beside a run's numbers."""
