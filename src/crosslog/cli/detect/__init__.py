"""`crosslog detect`: logs that nobody labelled, read where they lie, and what matters in them by finding."""
