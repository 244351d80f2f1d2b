"""How long 12,188 certificates take from one CSV file into the register, tried and then entered.

The office, its people and its certificates are made first, untimed. The alternative measured in the
same run is what nobody can do without: reading each certificate and writing its row, with no check
of whose it is, no log and no answer for each line.
"""

import argparse
import base64
import csv
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import create_engine, insert

from bench.measures import machine
from config.settings import Settings
from front.furnishing import opened, settle
from records.person import Person, Post, Role
from signing.certificate_text import read_certificate, registered
from signing.key_folder import Holder, open_holder, pass_phrase, place_of
from storage import tables as t
from workflow.import_certificates import Tally, Way, import_certificates
from workflow.office import Office

PEOPLE = 12_188


def hired(office: Office, count: int) -> list[Person]:
    """Take so many people in, without passwords."""
    people = [
        Person(f"n{n:05d}", f"Nguyễn Thị {n}", "Cán bộ", (Post(Role.OFFICER, "van-phong"),))
        for n in range(count)
    ]
    with office.database.unit() as unit:
        for one in people:
            unit.people.add(one, "")
    return people


def written(path: Path, people: list[Person], issuer: Holder) -> None:
    """Write the file: one certificate a person, all of one key."""
    key = ec.generate_private_key(ec.SECP256R1())
    begins = datetime.now(UTC) - timedelta(days=1)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("person", "certificate", "kept_on"))
        for n, one in enumerate(people):
            der = (
                x509.CertificateBuilder()
                .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one.name)]))
                .issuer_name(issuer.certificate.subject)
                .public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(begins)
                .not_valid_after(begins + timedelta(days=730))
                .sign(issuer.key, hashes.SHA256())
                .public_bytes(Encoding.DER)
            )
            table.writerow((one.id, base64.b64encode(der).decode(), f"USB {n}"))


def brought(office: Office, path: Path, way: Way, by: Person) -> tuple[Tally, float, float]:
    """Import the file; give the tally and the seconds of the wall and of the processor."""
    wall, own = time.perf_counter(), time.process_time()
    with path.open(encoding="utf-8", newline="") as file:
        *_, (_, tally) = import_certificates(office, file, way, by=by)
    return tally, time.perf_counter() - wall, time.process_time() - own


def bare(path: Path, folder: Path) -> float:
    """Read and write the same with nothing around it; give the processor's seconds."""
    engine = create_engine(f"sqlite:///{folder / 'bare.sqlite'}")
    t.metadata.create_all(engine, tables=[t.certificate])
    begun, at = time.process_time(), datetime.now(UTC)
    with path.open(encoding="utf-8", newline="") as file, engine.begin() as connection:
        for row in csv.DictReader(file):
            der = read_certificate(row["certificate"])
            one = registered(der, person=row["person"], at=at, by="bench")
            told = {name: getattr(one, name) for name in one.__slots__}
            connection.execute(insert(t.certificate).values(**told))
    engine.dispose()
    return time.process_time() - begun


def told(count: int) -> Iterator[str]:
    """Measure, and give the lines of the report."""
    with tempfile.TemporaryDirectory(prefix="trinhky-bench-") as folder:
        settings = Settings(trinhky_data=Path(folder) / "data")
        path = Path(folder) / "people.csv"
        with opened(settings, warm={}) as office:
            settle(office, settings)
            keys = settings.trinhky_data / "keys"
            issuer = open_holder(place_of(keys, "intermediate"), pass_phrase(keys))
            written(path, hired(office, count), issuer)
            with office.database.reading() as unit:
                keeper = unit.people.get("quantri")
            yield f"{count} certificates, {path.stat().st_size / 1e6:.1f} MB"
            spent = 0.0
            for way in (Way.CHECK, Way.WHOLE, Way.GOOD):
                tally, wall, spent_now = brought(office, path, way, keeper)
                spent = spent_now if way is Way.WHOLE else spent
                yield (
                    f"{way:<6} {wall:6.1f} s, {spent_now:6.1f} s of the processor: {tally.new} "
                    f"new, {tally.known} known, {tally.wrong} wrong, {tally.entered} entered"
                )
        least = bare(path, Path(folder))
        yield machine()
        yield f"importing: {count / spent:.0f} certificates/s (ratio {least / spent:.2f})"


def main() -> None:
    """Measure on an office of its own in a scratch folder, and print."""
    parser = argparse.ArgumentParser(prog="bench.importing", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    for one in told(parser.parse_args().people):
        sys.stdout.write(f"{one}\n")


if __name__ == "__main__":
    main()
