"""The front door: it furnishes the office, hangs its doors and starts its worker."""
