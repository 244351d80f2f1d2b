"""An archived document as one ZIP in BagIt's form, which any archive can check without us."""

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"  # RFC 8493, 2.1.1

LONGEST = 200
"""How many bytes a file's name in a bag may have; file systems take 255."""


def bag(name: str, payload: Mapping[str, bytes], about: Mapping[str, str], on: date) -> bytes:
    """Give a serialized bag (RFC 8493, section 2 and 4) as the bytes of a ZIP.

    Takes   name: of the folder in the ZIP; payload: path below ``data/`` → content;
            about: the entries of bag-info.txt; on: the bagging date.
    The same arguments give the same bytes. Names are tamed: what a manifest or another system
    could not take in a name (line ends, percent signs, too many bytes) stands as ``_`` there.

    Raises  ValueError: two files would have one name.
    """
    octets = sum(len(content) for content in payload.values())
    told = {
        **about,
        "Bagging-Date": on.isoformat(),
        "Payload-Oxum": f"{octets}.{len(payload)}",
    }
    files = {f"data/{_tamed(path)}": content for path, content in payload.items()}
    if len(files) != len(payload):
        raise ValueError("two files of one name")
    tags = {
        "bagit.txt": DECLARATION.encode(),
        "bag-info.txt": _lines(f"{key}: {_folded(told[key])}" for key in sorted(told)),
        "manifest-sha256.txt": _manifest(files),
    }
    tags["tagmanifest-sha256.txt"] = _manifest(tags)
    return _zipped({f"{name}/{path}": content for path, content in {**tags, **files}.items()})


def _tamed(path: str) -> str:
    # RFC 8493, 2.1.3 asks for %0A, %0D and %25, which the reference library reads in part only.
    return "/".join(_cut("".join(map(_plain, part))) for part in path.split("/"))


def _plain(sign: str) -> str:
    return "_" if sign in '%<>:"|?*\\' or unicodedata.category(sign) in _NO_NAME else sign


_NO_NAME = {"Cc", "Cs", "Zl", "Zp"}  # controls, halves of a pair, ends of line and paragraph


def _cut(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if len(name.encode()) <= LONGEST or len(suffix.encode()) > LONGEST // 2:
        return name.encode()[:LONGEST].decode(errors="ignore")
    return (
        stem.encode()[: LONGEST - len(suffix.encode()) - 1].decode(errors="ignore") + dot + suffix
    )


def _folded(value: str) -> str:
    return " ".join(value.split())


def _manifest(files: Mapping[str, bytes]) -> bytes:
    return _lines(f"{sha256(files[path]).hexdigest()}  {path}" for path in sorted(files))


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path])
    return packed.getvalue()
