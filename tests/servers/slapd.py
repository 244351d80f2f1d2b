"""A real directory: OpenLDAP's slapd in a process of its own, which speaks a little as AD does."""

import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import create_connection
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from ldap3 import NONE, Connection, Server

BASE = "dc=co-quan,dc=example"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
ROOT = f"cn=root,{BASE}"
SERVICE = f"cn=service,{BASE}"
SECRET = "service & secret"  # noqa: S105 - of a directory that exists in these tests only
PATIENCE = 20.0

CONFIG = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'adUser' SUP top AUXILIARY
  MAY ( userAccountControl $ sAMAccountName ) )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
disallow bind_anon
database mdb
suffix "{base}"
rootdn "{root}"
rootpw "{secret}"
directory {folder}/data
overlay memberof
access to attrs=userPassword by anonymous auth
access to * by dn.exact="{service}" read
"""


class Slapd:
    """A directory that is filled by tests; what it says on the wire is encrypted."""

    def __init__(self, folder: Path, ports: tuple[int, int]) -> None:
        self.folder = folder
        self.ca = folder / "ca.pem"
        plain, encrypted = ports
        self.starttls = f"ldap://127.0.0.1:{plain}"
        self.ldaps = f"ldaps://127.0.0.1:{encrypted}"
        self._ports = ports
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "data").mkdir()
        told = {"folder": folder, "base": BASE, "root": ROOT, "secret": SECRET, "service": SERVICE}
        (folder / "slapd.conf").write_text(CONFIG.format(**told))
        _certify(folder)
        # Confined to its own folders under its own name on some systems: a copy is not.
        shutil.copy("/usr/sbin/slapd", folder / "slapd")

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "slapd.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a program of this machine
                [
                    str(self.folder / "slapd"),
                    "-d",
                    "0",
                    "-f",
                    str(self.folder / "slapd.conf"),
                    "-h",
                    f"{self.starttls}/ {self.ldaps}/",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + PATIENCE
        while not all(_answers(port) for port in self._ports):
            assert self._process.poll() is None, (self.folder / "slapd.log").read_text()
            assert time.monotonic() < end, "the directory does not get ready"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def fill(self) -> None:
        """Lay out the tree, and the service that looks for people."""
        self.add(BASE, ["dcObject", "organization"], o="Cơ quan")
        for name in ("people", "groups"):
            self.add(f"ou={name},{BASE}", ["organizationalUnit"])
        self.add(SERVICE, ["organizationalRole", "simpleSecurityObject"], userPassword=SECRET)

    def hire(self, account: str, password: str, name: str, **more: object) -> str:
        """Take somebody in, and give their distinguished name."""
        dn = f"uid={account},{PEOPLE}"
        told = {"sAMAccountName": account, "cn": name, "sn": name, "displayName": name, **more}
        self.add(dn, ["inetOrgPerson", "adUser"], userPassword=password, **told)
        return dn

    def group(self, name: str, *members: str) -> str:
        """Make a group, and give its distinguished name."""
        dn = f"cn={name},{GROUPS}"
        self.add(dn, ["groupOfNames"], member=list(members))
        return dn

    def add(self, dn: str, classes: list[str], **attributes: object) -> None:
        """Add an entry."""
        self._do("add", dn, classes, attributes)

    def change(self, dn: str, **attributes: object) -> None:
        """Put other values in an entry's attributes."""
        self._do(
            "modify", dn, {name: [("MODIFY_REPLACE", [it])] for name, it in attributes.items()}
        )

    def remove(self, dn: str) -> None:
        """Take an entry out."""
        self._do("delete", dn)

    def _do(self, what: str, *told: Any) -> None:
        port = self._ports[0]
        with Connection(
            Server("127.0.0.1", port, get_info=NONE), ROOT, SECRET, check_names=False
        ) as line:
            assert getattr(line, what)(*told), line.result


def _answers(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _certify(folder: Path) -> None:
    """Make an authority and the server's certificate for 127.0.0.1 and nothing else."""
    authority, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    named = _name("Test directory authority")
    now = datetime.now(UTC)

    def build(subject: x509.Name, of: ec.EllipticCurvePrivateKey, *, ca: bool) -> x509.Certificate:
        one = x509.CertificateBuilder(named, subject, of.public_key(), x509.random_serial_number())
        one = one.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        one = one.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if not ca:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
            one = one.add_extension(names, critical=False)
        return one.sign(authority, hashes.SHA256())

    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(build(named, authority, ca=True).public_bytes(pem))
    (folder / "server.pem").write_bytes(build(_name("slapd"), key, ca=False).public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
