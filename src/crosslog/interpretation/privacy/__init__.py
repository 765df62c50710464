"""What must not leave the machine, and what stands in its place."""
