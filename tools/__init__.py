"""Programs people run on computers of their own."""
