"""The command that says whom the office believes: import, list, remove."""

import argparse
import getpass
import sys
from pathlib import Path

from config.settings import Settings
from front.furnishing import opened
from signing.trust_lists import PURPOSES, Anchor
from workflow.believe import authorities_in, believe, believed, doubt


def trust_words(parser: argparse.ArgumentParser) -> None:
    """Say which words the command takes."""
    acts = parser.add_subparsers(dest="act", required=True)
    brought = acts.add_parser("import", help="believe the authorities in these files")
    brought.add_argument("files", type=Path, nargs="+", help="PEM, DER or PKCS#7")
    brought.add_argument("--for", dest="purpose", choices=PURPOSES, default="both")
    brought.add_argument("--yes", action="store_true", help="do not ask")
    acts.add_parser("list", help="show whom the office believes")
    removed = acts.add_parser("remove", help="believe an authority no more")
    removed.add_argument("fingerprint", help="its first digits, as many as tell it apart")


def trust(settings: Settings, chosen: argparse.Namespace) -> int:
    """Change or show the office's list of authorities and give the exit status."""
    by = getpass.getuser()
    with opened(settings, warm={}) as office:
        if chosen.act == "list":
            version, anchors = believed(office)
            sys.stdout.write("".join(_told(one) for one in anchors))
            sys.stdout.write(f"trust: version {version}, {len(anchors)} authorities\n")
            return 0
        if chosen.act == "remove":
            version, one = doubt(office, chosen.fingerprint, by=by)
            sys.stdout.write(f"{_told(one)}trust: version {version}, removed\n")
            return 0
        found = [
            one
            for path in chosen.files
            for one in authorities_in(office, path, purpose=chosen.purpose, by=by)
        ]
        sys.stdout.write("".join(_told(one) for one, _ in found))
        if not (chosen.yes or _agreed(len(found))):
            sys.stdout.write("trust: nothing changed\n")
            return 1
        version = believe(office, found, by=by)
        sys.stdout.write(f"trust: version {version}, {len(found)} authorities believed\n")
        return 0


def _told(one: Anchor) -> str:
    kind = "root" if one.root else "intermediate"
    return (
        f"{one.subject}\n"
        f"  {kind}, for {one.purpose}; issued by {one.issuer}\n"
        f"  in force {one.not_before[:10]} to {one.not_after[:10]}\n"
        f"  SHA-256 {one.fingerprint}\n"
        f"  from {one.source}, put here by {one.by} at {one.at[:19]}\n"
    )


def _agreed(count: int) -> bool:
    """Ask whoever sits there; nobody there, or anything but yes, is no."""
    sys.stdout.write(
        "Compare each fingerprint with what the authority published.\n"
        f"Believe these {count}, so that what they certify is called valid? [y/N] "
    )
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes", "c", "có")
