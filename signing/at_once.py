"""Waiting for the vendor's coroutines, wherever we are called from."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Given = TypeVar("Given")


def at_once(work: Coroutine[Any, Any, Given]) -> Given:
    """Give what a coroutine gives; inside a running loop, from a thread beside it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, work).result()
