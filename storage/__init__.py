"""The keeping: all SQL and all disk of the office."""
