"""What may differ between two installations, each setting typed, with its unit and reason."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment by ``app.py``, and by nobody else."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    """The address to listen on. Only this machine by default: an office decides who else may."""

    port: int = 8000
    """The TCP port to listen on."""

    threads: int = 8
    """How many requests are answered at a time."""

    trinhky_config: Path = Path(__file__).parent
    """The folder of the office's files: office.yaml, registers.yaml, workflows/ …"""

    trinhky_data: Path = Path("var")
    """The folder in which everything is kept: database, files, vault, index, keys."""

    trinhky_office: str = "office.yaml"
    """Which office of the configuration folder this is."""

    trinhky_spool: Path = Path()
    """The folder with one sub-folder an office for messages; in the data folder if unset."""

    trinhky_trust: str = ""
    """Key folders of other demonstration offices whose signatures to believe, parted by colons."""

    database_url: str = ""
    """SQLAlchemy's address of the database; SQLite in the data folder if empty."""

    demo_password: str = ""
    """The demonstration people's password; a random one, printed once, if empty."""

    max_upload: int = Field(default=100_000_000, gt=0)
    """How large one file may be, in bytes."""

    tsa_url: str = ""
    """The RFC 3161 timestamp authority; the demonstration's own if empty."""

    tsa_timeout: float = 10.0
    """How long to wait for the timestamp authority, in seconds."""

    smtp_host: str = ""
    """The mail server for notices; no mail is sent if empty."""

    smtp_port: int = 25
    """The mail server's TCP port."""

    smtp_starttls: bool = True
    """Whether mail is only posted encrypted; off is for a server on this machine."""

    smtp_sender: str = "trinhky@localhost.localdomain"
    """From whom notices come."""

    smtp_timeout: float = 10.0
    """How long to wait for the mail server, in seconds."""

    backup_passphrase: str = ""
    """What keys in a backup are encrypted under; only asked for when they are to be in it."""

    public_address: str = ""
    """How people reach this service, for links in notices; http://HOST:PORT if empty."""

    gather_every: float = 1.0
    """How often to look for messages from partners, in seconds."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        self.trinhky_data = self.trinhky_data.absolute()
        if self.trinhky_spool == Path():
            self.trinhky_spool = self.trinhky_data / "spool"
        self.trinhky_spool = self.trinhky_spool.absolute()
        if not self.database_url:
            self.database_url = f"sqlite:///{self.trinhky_data / 'trinhky.sqlite'}"
        if not self.public_address:
            self.public_address = f"http://{self.host}:{self.port}"
        return self
