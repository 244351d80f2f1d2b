"""Documents found by their words, within what the reader may read; only here is Whoosh known."""
