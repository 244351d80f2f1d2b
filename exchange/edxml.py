"""edXML, the message of the national exchange: what this office writes and what it understands."""

from exchange.reading import comparable, read
from exchange.writing import is_message_id, is_written, write, write_recall, write_status

__all__ = [
    "comparable",
    "is_message_id",
    "is_written",
    "read",
    "write",
    "write_recall",
    "write_status",
]
