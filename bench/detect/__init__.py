"""Detection without labels: which lines crosslog, cordon, LogLead and grep show of the same file, and how soon."""
