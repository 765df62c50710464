"""What is known of events in any system: short descriptions of failures and of ordinary events, and their vectors."""
