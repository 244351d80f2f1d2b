"""The rows of a table somebody brings, read where it can hurt nobody."""

import json

from records.errors import Unreadable
from records.isolation import Isolation


def rows_of(content: bytes, isolate: Isolation) -> list[tuple[int, dict[str, str]]]:
    """Give (line, words by heading) of each row of a CSV, XLSX or YAML file, headings as written.

    Raises  Unreadable: file.unknown, it is no table; file.damaged, file.reader-failed.
    """
    try:
        told = json.loads(isolate("drafting.table_task", content, options={}))
        return [(int(n), {str(key): str(one) for key, one in row.items()}) for n, row in told]
    except (ValueError, TypeError, AttributeError) as error:
        raise Unreadable("file.reader-failed") from error
