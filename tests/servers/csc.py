"""Providers of remote signatures: CSC API v1 and v2, and one with words of its own, over HTTP."""

import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

SHA256 = "2.16.840.1.101.3.4.2.1"
BEARER = "office-of-tests"
OTP = "123456"

Answer = tuple[int, dict[str, Any]]


@dataclass
class Provider:
    """One signer's key at a provider, and what was asked of it."""

    key: rsa.RSAPrivateKey
    credential: str = "cred-1"
    taps: int = 2  # how often it is asked before the signer has confirmed
    says_no: bool = False
    lies: bool = False  # signs something else
    asked: list[str] = field(default_factory=list)
    allowed: dict[str, list[str]] = field(default_factory=dict)  # SAD → digests it is good for
    waiting: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    def answer(self, path: str, told: dict[str, Any], bearer: str) -> Answer:
        """Answer one call as the specification says, or refuse it."""
        self.asked.append(path)
        if bearer != f"Bearer {BEARER}":
            return 401, {"error": "invalid_token"}
        if path.startswith("/sca/"):
            return self._in_own_words(path, told)
        calls = {
            "/csc/v1/credentials/authorize": self._authorize_v1,
            "/csc/v1/signatures/signHash": self._sign_v1,
            "/csc/v2/credentials/authorize": self._authorize_v2,
            "/csc/v2/credentials/authorizeCheck": self._check,
            "/csc/v2/signatures/signHash": self._sign_v2,
            "/csc/v2/signatures/signPolling": self._poll,
        }
        if path not in calls:
            return 404, {"error": "not_found"}
        if "credentialID" in told and told["credentialID"] != self.credential:
            return 400, {"error": "invalid_request"}
        return calls[path](told)

    def _authorize_v1(self, told: dict[str, Any]) -> Answer:
        if told.get("OTP") != OTP:
            return 400, {"error": "invalid_otp"}
        if told["numSignatures"] != len(told["hash"]):
            return 400, {"error": "invalid_request"}
        return 200, {"SAD": self._allow(told["hash"]), "expiresIn": 60}

    def _sign_v1(self, told: dict[str, Any]) -> Answer:
        if told["hashAlgo"] != SHA256:
            return 400, {"error": "invalid_request"}
        return self._signed_if_allowed(told["SAD"], told["hash"])

    def _authorize_v2(self, told: dict[str, Any]) -> Answer:
        given = {one["id"]: one["value"] for one in told.get("authData", [])}
        if told["numSignatures"] != len(told["hashes"]) or told["hashAlgorithmOID"] != SHA256:
            return 400, {"error": "invalid_request"}
        if given:
            right = given == {"OTP": OTP}
            return (200, {"SAD": self._allow(told["hashes"])}) if right else (400, {"error": "otp"})
        return 202, {"handle": self._wait(told["hashes"])}

    def _check(self, told: dict[str, Any]) -> Answer:
        if not self._confirmed(told["handle"]):
            return (400, {"error": "denied"}) if self.says_no else (202, {})
        return 200, {"SAD": self._allow(self.waiting[told["handle"]])}

    def _sign_v2(self, told: dict[str, Any]) -> Answer:
        status, signed = self._signed_if_allowed(told["SAD"], told["hashes"])
        if status != 200 or told.get("operationMode") != "A":
            return status, signed
        response = self._wait(signed["signatures"])
        return 200, {"responseID": response}

    def _poll(self, told: dict[str, Any]) -> Answer:
        if not self._confirmed(told["responseID"]):
            return 202, {}
        return 200, {"signatures": self.waiting[told["responseID"]]}

    def _in_own_words(self, path: str, told: dict[str, Any]) -> Answer:
        if path.endswith("/sign"):
            if told["sp_id"] != "office" or told["user_id"] != self.credential:
                return 400, {"message": "BAD"}
            digests = [bytes.fromhex(one["data_to_be_signed"]) for one in told["sign_files"]]
            id = self._wait([b64encode(one).decode() for one in digests])
            return 200, {"data": {"transaction_id": id}}
        id = path.split("/")[-2]
        if self.says_no:
            return 200, {"message": "REJECTED", "data": {}}
        if not self._confirmed(id):
            return 200, {"message": "PENDING", "data": {}}
        signed = [{"signature_value": self._signed(one)} for one in self.waiting[id]]
        return 200, {"message": "SUCCESS", "data": {"signatures": signed}}

    def _allow(self, digests: list[str]) -> str:
        sad = token_hex(8)
        self.allowed[sad] = list(digests)
        return sad

    def _wait(self, held: list[str]) -> str:
        id = token_hex(8)
        self.waiting[id], self.left[id] = list(held), self.taps
        return id

    def _confirmed(self, id: str) -> bool:
        if self.says_no:
            return False
        self.left[id] -= 1
        return self.left[id] < 0

    def _signed_if_allowed(self, sad: str, digests: list[str]) -> Answer:
        # An activation is good once, and for exactly the digests it was given for (SCAL2).
        if self.allowed.pop(sad, None) != digests:
            return 400, {"error": "invalid_request"}
        return 200, {"signatures": [self._signed(one) for one in digests]}

    def _signed(self, digest: str) -> str:
        content = b"\0" * 32 if self.lies else b64decode(digest)
        signature = self.key.sign(content, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        return b64encode(signature).decode()


@contextmanager
def serving(provider: Provider) -> Iterator[str]:
    """Serve a provider on a port of this machine and give its address."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            bearer = self.headers.get("Authorization", "")
            status, answer = provider.answer(self.path, told, bearer)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
