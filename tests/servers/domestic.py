"""Two providers with words of their own: one as VNPT SmartCA speaks, one as Viettel MySign does.

Their shapes are those of public clients; what they sign is real, and asked for on a telephone that
says nothing, yes or no, or too late.
"""

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

CLIENT, SECRET, USER = "office", "of-the-office", "079012345678"
Answer = tuple[int, dict[str, Any]]


@dataclass
class Provider:
    """A signer's key at a provider, and the telephone on which they are asked."""

    key: rsa.RSAPrivateKey
    polls: int = 2  # how often it says that it waits
    then: str = "completed"  # completed, failed, expired, or pending for ever
    lies: str = ""  # signs "another" digest, or gives "fewer" signatures, or "more"
    asked: list[str] = field(default_factory=list)
    waiting: dict[str, tuple[list[bytes], int]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def answer(self, path: str, told: dict[str, Any]) -> Answer:
        """Answer one call of either."""
        self.asked.append(path)
        calls = {
            "/sca/sp769/v1/signatures/sign": self._smartca_sign,
            "/vtss/service/ras/v1/login": self._mysign_login,
            "/vtss/service/signHash": self._mysign_sign,
            "/vtss/service/requests/status": self._mysign_status,
        }
        if path.startswith("/sca/") and path.endswith("/status"):
            return self._smartca_status(path.split("/")[-2])
        return calls[path](told) if path in calls else (404, {"message": "not found"})

    def _smartca_sign(self, told: dict[str, Any]) -> Answer:
        known = (told.get("sp_id"), told.get("sp_password"), told.get("user_id"))
        if known != (CLIENT, SECRET, USER):
            return 401, {"status_code": 401, "message": "unauthorized"}
        files = told["sign_files"]
        if [one["doc_id"] for one in files] != list(range(1, len(files) + 1)):
            return 400, {"status_code": 400, "message": "doc_id"}
        id = self._wait([bytes.fromhex(one["data_to_be_signed"]) for one in files])
        return 200, {"status_code": 200, "message": "success", "data": {"transaction_id": id}}

    def _smartca_status(self, id: str) -> Answer:
        state, signed = self._state(id)
        words = {"completed": "SUCCESS", "failed": "REJECTED", "expired": "EXPIRED"}
        data = {"transaction_id": id, "signatures": [{"signature_value": one} for one in signed]}
        return 200, {"status_code": 200, "message": words.get(state, "PENDING"), "data": data}

    def _mysign_login(self, told: dict[str, Any]) -> Answer:
        if (told.get("client_id"), told.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        token = token_hex(8)
        self.tokens.add(token)
        return 200, {"access_token": token, "expires_in": 3600}

    def _mysign_sign(self, told: dict[str, Any]) -> Answer:
        algorithms = (told.get("hashAlgo"), told.get("signAlgo"))
        if told.get("token") not in self.tokens or told.get("credentialID") != USER:
            return 401, {"error": "access_denied"}
        if algorithms != ("2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1"):
            return 400, {"error": "algorithm"}
        if told["numSignatures"] != len(told["hash"]):
            return 400, {"error": "numSignatures"}
        return 200, {"transactionId": self._wait([b64decode(one) for one in told["hash"]])}

    def _mysign_status(self, told: dict[str, Any]) -> Answer:
        if told.get("token") not in self.tokens:
            return 401, {"error": "access_denied"}
        state, signed = self._state(told["transactionId"])
        words = {"completed": "SUCCESS", "failed": "FAILED", "expired": "EXPIRED"}
        return 200, {"status": words.get(state, "PENDING"), "signatures": signed}

    def _wait(self, digests: list[bytes]) -> str:
        id = token_hex(8)
        self.waiting[id] = (digests, self.polls)
        return id

    def _state(self, id: str) -> tuple[str, list[str]]:
        digests, left = self.waiting[id]
        if left or self.then == "pending":
            self.waiting[id] = (digests, max(left - 1, 0))
            return "pending", []
        if self.then != "completed":
            return self.then, []
        signed = [self._signed(one) for one in digests]
        if self.lies == "fewer":
            signed = signed[1:] or [b64encode(b"\0").decode()] * 2
        return "completed", signed * 2 if self.lies == "more" else signed

    def _signed(self, digest: bytes) -> str:
        content = bytes(32) if self.lies == "another" else digest
        made = self.key.sign(content, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        return b64encode(made).decode()


@contextmanager
def serving(provider: Provider) -> Iterator[str]:
    """Serve a provider on a port of this machine and give its address."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = provider.answer(self.path, told)
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
