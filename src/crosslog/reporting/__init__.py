"""Numbers to tables, figures and pages, one file each."""
