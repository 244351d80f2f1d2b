"""A real identity provider: the certified OpenID provider of npm, in a process of its own."""

import json
import subprocess
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
MODULES = ROOT / ".venv" / "oidc" / "node_modules"
SECRET = "a secret with & + % / : ="  # noqa: S105 - of a provider that exists in these tests only
PATIENCE = 20.0


class OpenId:
    """A provider with its people, who may be changed while it runs."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.issuer = f"http://127.0.0.1:{port}"
        self.people: dict[str, dict[str, Any]] = {}
        self.clients: list[dict[str, Any]] = []
        self._file = folder / "people.json"
        self._log = folder / "provider.log"
        self._process: subprocess.Popen[bytes] | None = None

    def expect(self, home: str) -> None:
        """Know an office by its address."""
        self.clients.append(
            {
                "client_id": "trinhky",
                "client_secret": SECRET,
                "redirect_uris": [f"{home}/login/provider/back"],
                "post_logout_redirect_uris": [f"{home}/login"],
            }
        )

    def tell(self, subject: str, **claims: Any) -> None:
        """Keep what is told of somebody from now on."""
        self.people[subject] = claims
        self._file.write_text(json.dumps({"people": self.people, "clients": self.clients}))

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._file.write_text(json.dumps({"people": self.people, "clients": self.clients}))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [  # noqa: S607 - the node of this machine
                    "node",
                    str(Path(__file__).with_name("provider.mjs")),
                    str(MODULES),
                    str(self.port),
                    str(self._file),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < end, self._log.read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def _answers(self) -> bool:
        with (
            suppress(OSError, HTTPException),
            closing(HTTPConnection("127.0.0.1", self.port, timeout=2)) as line,
        ):
            line.request("GET", "/.well-known/openid-configuration")
            with line.getresponse() as answer:
                return answer.status == 200
        return False
