"""Keys, signatures, seals, timestamps and verdicts: the only room that knows pyHanko."""
