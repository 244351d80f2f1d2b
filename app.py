"""The command line: open the office, look after it, copy it and put it back."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from config.logs import keep_logs
from config.settings import Settings
from front.copying import copy, restore
from front.exchanging import exchange
from front.furnishing import opened
from front.proving import check_workflows
from front.rekeying import change_master, destroy_key
from front.serving import run, serve, served, work
from front.trusting import trust, trust_words
from records.errors import OfficeError, Refused
from web.language import sentence
from workflow.find import reindex
from workflow.register_audit import audit_registers
from workflow.verify import verify

__all__ = ["main", "served"]


def check(settings: Settings) -> int:
    """Verify everything that must hold and give the exit status."""
    with opened(settings) as office:
        found_out = verify(office)
    for fault in (*found_out.head.faults, *found_out.faults):
        sys.stdout.write(f"FAULT {fault}\n")
    verdict = "holds" if found_out.holds else "BROKEN"
    sys.stdout.write(
        f"verify: {verdict}: {found_out.head.seq} log entries, {found_out.files} files, "
        f"{found_out.numbers} numbers, head {found_out.head.hash}\n"
    )
    return 0 if found_out.holds else 1


def prove_registers(settings: Settings) -> int:
    """Prove that every register is 1…n and give the exit status."""
    with opened(settings) as office:
        proofs = audit_registers(office)
    faults = [(one, fault) for one in proofs for fault in one.faults]
    for one in proofs:
        sys.stdout.write(f"{one.line}\n")
    for one, fault in faults:
        sys.stdout.write(f"FAULT {one.book} {one.year}: {fault}\n")
    verdict = "BROKEN" if faults else "holds"
    books = len({(one.book, one.year) for one in proofs})
    sys.stdout.write(
        f"register-audit: {verdict}: {books} books, {len(proofs)} series, "
        f"{sum(one.last for one in proofs)} numbers, {len(faults)} faults\n"
    )
    return 1 if faults else 0


def rebuild(settings: Settings) -> int:
    """Rebuild the index from the database."""
    with opened(settings) as office:
        sys.stdout.write(f"reindex: {reindex(office)} documents\n")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks and give the exit status."""
    chosen = _parser().parse_args(arguments)
    settings = Settings()
    keep_logs(settings.log_format, settings.logs, settings.log_days)
    try:
        return _done(chosen, settings)
    except OfficeError as wrong:
        sys.stderr.write(f"{sentence(wrong, 'vi')}\n{sentence(wrong, 'en')}\n")
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in (*OPEN, *LOOK_AFTER):
        commands.add_parser(name)
    backup = commands.add_parser("backup")
    backup.add_argument("target", type=Path, help="a folder that is not there yet")
    backup.add_argument(
        "--with-keys", action="store_true", help="also the keys, under BACKUP_PASSPHRASE"
    )
    restored = commands.add_parser("restore")
    restored.add_argument("source", type=Path, help="a folder that backup made")
    restored.add_argument("--keys", type=Path, help="the folder in which the keys are kept")
    restored.add_argument(
        "--ledger", type=Path, help="which documents became secret; none: no one did"
    )
    destroyed = commands.add_parser("destroy-key", help="and change the master key")
    destroyed.add_argument("document", help="id of a secret document whose words shall be gone")
    destroyed.add_argument("--confirm", required=True, help="the same id once more")
    trust_words(commands.add_parser("trust", help="say whom the office believes"))
    return parser


def _done(chosen: argparse.Namespace, settings: Settings) -> int:
    if chosen.command == "backup":
        return copy(settings, chosen.target, with_keys=chosen.with_keys)
    if chosen.command == "restore":
        return restore(settings, chosen.source, chosen.keys, ledger=chosen.ledger)
    if chosen.command == "destroy-key":
        if chosen.confirm != chosen.document:
            raise Refused("destroy.unconfirmed")
        return destroy_key(settings, chosen.document)
    if chosen.command == "trust":
        return trust(settings, chosen)
    if chosen.command in LOOK_AFTER:
        return LOOK_AFTER[chosen.command](settings)
    OPEN[chosen.command](settings)
    return 0


OPEN = {"run": run, "serve": serve, "work": work, "exchange": exchange}
"""Commands that hold the office open until they are told to stop."""

LOOK_AFTER = {
    "verify": check,
    "reindex": rebuild,
    "workflow-check": check_workflows,
    "register-audit": prove_registers,
    "rekey": change_master,
}
"""Commands that look at the office as it lies, or mend it, and give an exit status."""


if __name__ == "__main__":
    sys.exit(main())
