"""The doors: pages and /api/v1; unpack, one verb, show."""
