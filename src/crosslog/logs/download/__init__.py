"""Raw files of a system: fetched, verified, and put in place in one step."""
