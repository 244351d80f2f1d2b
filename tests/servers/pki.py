"""A public key infrastructure of another maker, with its OCSP responder and lists over HTTP."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from asn1crypto import ocsp
from certomancer.registry import (
    ArchLabel,
    CertLabel,
    CertomancerConfig,
    KeyLabel,
    PKIArchitecture,
    ServiceLabel,
)
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key, pkcs12

from signing.demo_pictures import draw_seal, draw_signature
from signing.fonts import find_font
from signing.key_folder import PASS_PHRASE, PEOPLE

NAMES = ("root", "interm", "chutich", "seal", "tsa1", "tsa2", "tsa3", "ocsp")
PHRASE = b"chi dung de thu"

ARCHITECTURE = """
external-url-prefix: "{url}"
keysets:
  office:
    path-prefix: .
    keys: {keys}
pki-architectures:
  office:
    keyset: office
    entity-defaults: {{country-name: VN, organization-name: Cơ quan thử}}
    entities:
      root: {{common-name: Root CA}}
      interm: {{common-name: Intermediate CA}}
      chutich: {{common-name: Nguyễn Văn An}}
      seal: {{common-name: Cơ quan thử}}
      tsa1: {{common-name: TSA 2026}}
      tsa2: {{common-name: TSA 2033}}
      tsa3: {{common-name: TSA 2041}}
      ocsp: {{common-name: OCSP}}
    certs:
      root:
        subject: root
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2060-01-01T00:00:00+0000"}}
        extensions: &ca
          - {{id: basic_constraints, critical: true, value: {{ca: true}}}}
          - {{id: key_usage, critical: true,
            smart-value: {{schema: key-usage, params: [crl_sign, key_cert_sign]}}}}
      interm:
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2058-01-01T00:00:00+0000"}}
        extensions:
          - {{id: basic_constraints, critical: true, value: {{ca: true, path-len-constraint: 0}}}}
          - {{id: key_usage, critical: true,
            smart-value: {{schema: key-usage, params: [crl_sign, key_cert_sign]}}}}
          - &root-crl
            id: crl_distribution_points
            smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [root]}}}}
      ocsp:
        issuer: interm
        validity: {{valid-from: "2020-01-01T00:00:00+0000", valid-to: "2058-01-01T00:00:00+0000"}}
        extensions:
          - {{id: key_usage, critical: true,
            smart-value: {{schema: key-usage, params: [digital_signature]}}}}
          - {{id: extended_key_usage, critical: true, value: [ocsp_signing]}}
          - {{id: ocsp_no_check}}
      chutich: &leaf
        issuer: interm
        validity: {{valid-from: "2026-01-01T00:00:00+0000", valid-to: "2029-01-01T00:00:00+0000"}}
        {revoked}
        extensions: &leaf-extensions
          - {{id: key_usage, critical: true,
            smart-value: {{schema: key-usage, params: [digital_signature, non_repudiation]}}}}
          - &aia
            id: authority_information_access
            smart-value: {{schema: aia-urls, params: {{ocsp-responder-names: [interm]}}}}
          - &crl
            id: crl_distribution_points
            smart-value: {{schema: crl-dist-url, params: {{crl-repo-names: [interm]}}}}
      seal:
        issuer: interm
        validity: {{valid-from: "2026-01-01T00:00:00+0000", valid-to: "2029-01-01T00:00:00+0000"}}
        extensions: *leaf-extensions
      tsa1:
        issuer: interm
        validity: {{valid-from: "2026-01-01T00:00:00+0000", valid-to: "2034-01-01T00:00:00+0000"}}
        extensions: &tsa
          - {{id: extended_key_usage, critical: true, value: [time_stamping]}}
          - *crl
      tsa2:
        issuer: interm
        validity: {{valid-from: "2032-01-01T00:00:00+0000", valid-to: "2042-01-01T00:00:00+0000"}}
        extensions: *tsa
      tsa3:
        issuer: interm
        validity: {{valid-from: "2040-01-01T00:00:00+0000", valid-to: "2050-01-01T00:00:00+0000"}}
        extensions: *tsa
    services:
      ocsp:
        interm: {{for-issuer: interm, responder-cert: ocsp, signing-key: ocsp}}
      crl-repo:
        root: {{for-issuer: root, signing-key: root, simulated-update-schedule: P90D}}
        interm: {{for-issuer: interm, signing-key: interm, simulated-update-schedule: P90D}}
"""


@dataclass
class Infrastructure:
    """The authorities of an office, whose clock is moved by whoever tests."""

    architecture: PKIArchitecture
    host: str
    at: datetime
    down: bool = False
    asked: list[str] = field(default_factory=list)  # what came over HTTP: "ocsp", "crl"

    def furnish(self, folder: Path, *, tsa: str = "tsa1") -> None:
        """Lay the office's keys and the lists of now into a key folder."""
        (folder / PEOPLE).mkdir(parents=True, exist_ok=True)
        (folder / PASS_PHRASE).write_bytes(PHRASE)
        (folder / PEOPLE / "chutich.png").write_bytes(draw_signature("chutich"))
        (folder / "seal.png").write_bytes(draw_seal("Cơ quan thử", font=find_font("bold")))
        (folder / "root.crt").write_bytes(self.certificate("root"))
        (folder / "intermediate.crt").write_bytes(self.certificate("interm"))
        for name, place in {"chutich": "people/chutich", "seal": "seal", tsa: "tsa"}.items():
            (folder / f"{place}.p12").write_bytes(self._holder(name))
        self.publish(folder)

    def publish(self, folder: Path) -> None:
        """Lay the revocation lists of now into a key folder."""
        for repo, place in {"root": "root.crl", "interm": "intermediate.crl"}.items():
            (folder / place).write_bytes(self.revoked(repo))

    def certificate(self, name: str) -> bytes:
        """Give a certificate in DER."""
        return bytes(self.architecture.get_cert(CertLabel(name)).dump())

    def revoked(self, repo: str) -> bytes:
        """Give a revocation list in DER."""
        listed = self.architecture.service_registry.get_crl(ServiceLabel(repo), self.at)
        return bytes(listed.dump())

    def answer(self, question: bytes) -> bytes:
        """Answer an OCSP request."""
        responder = self.architecture.service_registry.summon_responder(
            ServiceLabel("interm"), self.at
        )
        return bytes(responder.build_ocsp_response(ocsp.OCSPRequest.load(question)).dump())

    def _holder(self, name: str) -> bytes:
        private = self.architecture.key_set.get_private_key(KeyLabel(name))
        key = load_der_private_key(private.dump(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        issuer = x509.load_der_x509_certificate(self.certificate("interm"))
        return pkcs12.serialize_key_and_certificates(
            name.encode(),
            key,
            x509.load_der_x509_certificate(self.certificate(name)),
            [issuer],
            serialization.BestAvailableEncryption(PHRASE),
        )


@contextmanager
def infrastructure(at: datetime, *, revoked: str = "") -> Iterator[Infrastructure]:
    """Run a public key infrastructure with its responder and lists on a door of this machine.

    Takes   revoked: since when the leader's certificate is, ISO 8601 with offset.
    """
    kept: list[Infrastructure] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            self._say("ocsp", lambda: kept[0].answer(question))

        def do_GET(self) -> None:
            repo = "root" if "/root/" in self.path else "interm"
            self._say("crl", lambda: kept[0].revoked(repo))

        def _say(self, kind: str, word: object) -> None:
            kept[0].asked.append(kind)
            content = b"" if kept[0].down else word()  # type: ignore[operator]  # one of the two above
            self.send_response(503 if kept[0].down else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Door) as server, tempfile.TemporaryDirectory() as folder:
        host = f"127.0.0.1:{server.server_port}"
        kept.append(Infrastructure(_architecture(Path(folder), host, revoked), host, at))
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield kept[0]
        finally:
            server.shutdown()
            thread.join()


def _architecture(folder: Path, host: str, revoked: str) -> PKIArchitecture:
    for name in NAMES:
        key = ec.generate_private_key(ec.SECP256R1())
        der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{name}.der").write_bytes(der)
    keys = "{" + ", ".join(f"{name}: {{path: {name}.der}}" for name in NAMES) + "}"
    told = f'revocation: {{revoked-since: "{revoked}", reason: key_compromise}}' if revoked else ""
    text = ARCHITECTURE.format(url=f"http://{host}", keys=keys, revoked=told)
    config = CertomancerConfig.from_yaml(text, key_search_dir=str(folder), config_search_dir=None)
    found = config.get_pki_arch(ArchLabel("office"))
    for name in NAMES:
        found.key_set.get_private_key(KeyLabel(name))  # read before the folder goes
    return found
