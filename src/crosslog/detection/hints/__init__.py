"""What can be known of a log's templates without any label: parts, each in [0, 1], and the score that joins them."""
