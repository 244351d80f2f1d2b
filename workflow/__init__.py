"""The verbs of the office, in the order of a document's life; one file a verb."""
