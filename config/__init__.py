"""What may differ between two offices, read and checked; only app.py looks in here."""
