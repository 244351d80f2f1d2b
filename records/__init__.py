"""The nouns of the office: plain typed values that every room may know, and no vendor."""
