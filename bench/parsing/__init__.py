"""Compares crosslog's parse stage with LogLead and Drain3: one machine, one file, one run."""
