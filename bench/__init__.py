"""What is measured here, and against what; see README.md."""
