"""Objects in a bucket behind the S3 protocol, written on a condition and read back."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from records.errors import Unavailable

TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
"""What a server says when somebody was first; the second while both still write."""

NOTHING = frozenset({"NoSuchKey", "404"})
"""What a server says where nothing lies; a HEAD has no body and so only its status."""


@dataclass(frozen=True, slots=True)
class Server:
    """An S3 server and who we are to it."""

    endpoint: str  # its address, or empty for Amazon's own
    region: str
    key: str
    secret: str = field(repr=False)
    timeout: float = 10.0  # seconds, each try
    attempts: int = 3  # of a request, while the server or the way to it fails

    def client(self) -> Any:
        """Give a client of this server; nothing is asked of it yet, so a fork may follow."""
        session = Session()
        # Only these fields decide where bytes go: no files, no proxies, no metadata service.
        session.set_config_variable("config_file", os.devnull)
        session.set_config_variable("credentials_file", os.devnull)
        style = "path" if self.endpoint else "virtual"  # elsewhere buckets seldom are host names
        return session.create_client(
            "s3",
            region_name=self.region,
            endpoint_url=self.endpoint or f"https://s3.{self.region}.amazonaws.com",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(
                proxies={},
                connect_timeout=self.timeout,
                read_timeout=self.timeout,
                max_pool_connections=32,
                retries={"mode": "standard", "total_max_attempts": self.attempts},
                # The signature covers the content, so a server refuses what was changed on the way.
                s3={"addressing_style": style, "payload_signing_enabled": True},
                # Newer checksums in trailers are understood by few servers but Amazon's.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )


class Bucket:
    """Part of a bucket, under a prefix, in which objects are written once."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        """Keep in ``bucket`` under ``prefix``, which is empty or ends with a slash."""
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._condition = {"IfNoneMatch": "*"}
        self._doors = [Lock() for _ in range(64)]

    def put_new(self, name: str, content: bytes) -> bytes:
        """Keep ``content`` unless something lies there, and give what is then read back."""
        # Where the server knows no condition, two threads of this process must not both be first.
        with self._doors[zlib.crc32(name.encode()) % len(self._doors)]:
            # Asked first for the servers that take a condition and do not heed it.
            if not self.exists(name):
                self._write(name, content)
        there = self.get(name)
        if there is None:
            raise Unavailable("storage.unavailable", why="written and not there")
        return there

    def get(self, name: str) -> bytes | None:
        """Give an object's content, unless there is none."""
        with _told():
            try:
                found = self._client.get_object(**self._at(name))
            except ClientError as fault:
                if _code(fault) in NOTHING:
                    return None
                raise
            return bytes(found["Body"].read())

    def exists(self, name: str) -> bool:
        """Tell whether there is such an object."""
        with _told():
            try:
                self._client.head_object(**self._at(name))
            except ClientError as fault:
                if _code(fault) in NOTHING:
                    return False
                raise
        return True

    def remove(self, name: str) -> None:
        """Take an object away, if there is one; a bucket that keeps versions keeps them."""
        with _told():
            self._client.delete_object(**self._at(name))

    def names(self, within: str = "") -> Iterator[str]:
        """Give the name of every object, in order, as many pages as there are."""
        pages = self._client.get_paginator("list_objects_v2")
        with _told():
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + within):
                for one in page.get("Contents", ()):
                    yield one["Key"].removeprefix(self._prefix)

    def sweep(self, before: float) -> None:
        """Do nothing: a server shows no object before all of it is there."""

    def writable(self) -> bool:
        """Tell whether the bucket answers, and to us."""
        try:
            with _told():
                self._client.head_bucket(Bucket=self._bucket)
        except Unavailable:
            return False
        return True

    def _write(self, name: str, content: bytes) -> None:
        with _told():
            try:
                self._client.put_object(**self._at(name), Body=content, **self._condition)
            except ClientError as fault:
                if _code(fault) == "NotImplemented" and self._condition:
                    self._condition = {}  # this server knows none, and need not be asked again
                    self._client.put_object(**self._at(name), Body=content)
                elif _code(fault) not in TAKEN:
                    raise

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}


def _code(fault: ClientError) -> str:
    return str(fault.response.get("Error", {}).get("Code", ""))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ClientError as fault:
        raise Unavailable("storage.unavailable", why=_code(fault)) from fault
    except BotoCoreError as fault:
        raise Unavailable("storage.unavailable", why=type(fault).__name__) from fault
