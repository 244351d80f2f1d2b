"""What may differ between two installations, each setting typed, with its unit and reason."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LEDGER = "raised.jsonl"
"""In the data folder: which documents became secret. Keep a copy where the backups are not."""


class Settings(BaseSettings):
    """Read from the environment by ``app.py``, and by nobody else."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    """The address to listen on. Only this machine by default: an office decides who else may."""

    port: int = 8000
    """The TCP port to listen on."""

    processes: int = Field(default=2, ge=1)
    """How many processes answer requests under ``serve``; about one a processor core."""

    threads: int = Field(default=8, ge=1)
    """How many requests one process answers at a time."""

    proxies: int = Field(default=0, ge=0)
    """How many reverse proxies of our own stand in front; their word on the caller is believed."""

    metrics_token: str = ""
    """Who brings it may read /metrics from anywhere; only this machine may if empty."""

    log_format: Literal["json", "text"] = "text"
    """How log lines are written: for programs, or for people."""

    log_folder: Path = Path()
    """A folder in which log lines are kept too, one file a day; only the error stream if unset."""

    log_days: int = Field(default=30, ge=1)
    """How long a day's log lines are kept in that folder, in days."""

    trinhky_config: Path = Path(__file__).parent
    """The folder of the office's files: office.yaml, registers.yaml, workflows/ …"""

    trinhky_data: Path = Path("var")
    """The folder in which everything is kept: database, files, vault, index, keys."""

    trinhky_office: str = "office.yaml"
    """Which office of the configuration folder this is."""

    trinhky_spool: Path = Path()
    """The folder with one sub-folder an office for messages; in the data folder if unset."""

    trinhky_tray: Path = Path()
    """The folder shared with the process that carries messages out; in the data folder if unset."""

    exchange_apart: bool = False
    """Whether that process is started apart (``app.py exchange``), under an account of its own."""

    exchange_unconfined: bool = False
    """Whether it may work although nothing keeps it from opening keys, vault and files."""

    recall_days: int = Field(default=15, ge=1)
    """How long a recipient has to confirm a recall before the clerks are reminded, in days."""

    trinhky_ledger: Path = Path()
    """Where it stands which documents became secret, for restores; in the data folder if unset."""

    trinhky_trust: str = ""
    """Key folders of other demonstration offices whose signatures to believe, parted by colons."""

    trinhky_witness: Path = Path()
    """A folder on another machine in which the log's checkpoints are left too; none if unset."""

    checkpoint_entries: int = Field(default=1000, ge=1)
    """After how many new entries of the log the agency signs it again."""

    checkpoint_hours: float = Field(default=1.0, gt=0)
    """How long after a new entry at the latest the agency signs the log again, in hours."""

    database_url: str = ""
    """SQLAlchemy's address of the database; SQLite in the data folder if empty."""

    objects_url: str = Field(
        default="", pattern=r"^(s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[\w./-]*)?)?$"
    )
    """Where files and vault lie: s3://bucket/prefix; in the data folder if empty."""

    objects_endpoint: str = Field(default="", pattern=r"^(https?://[^/]+/?)?$")
    """The address of the S3 server; Amazon's own in ``aws_region`` if empty."""

    objects_timeout: float = Field(default=10.0, gt=0)
    """How long to wait for the S3 server, in seconds, each try."""

    objects_attempts: int = Field(default=3, ge=1)
    """How often a request is tried while the S3 server, or the way to it, fails."""

    aws_region: str = "us-east-1"
    """The region the S3 server says it is in; most that are not Amazon's say this one."""

    aws_access_key_id: str = Field(default="", repr=False)
    """Who this office is to the S3 server."""

    aws_secret_access_key: str = Field(default="", repr=False)
    """What proves it; it signs requests and is never sent."""

    demo_password: str = ""
    """The demonstration people's password; a random one, printed once, if empty."""

    max_upload: int = Field(default=100_000_000, gt=0)
    """How large one file may be, in bytes."""

    tsa_url: str = ""
    """The RFC 3161 timestamp authorities, parted by blanks; the first that answers is believed.
    The demonstration's own if empty."""

    tsa_timeout: float = 10.0
    """How long to wait for each timestamp authority, in seconds."""

    proofs_every: float = Field(default=60.0, gt=0)
    """How often to look for signatures that wait for their proof or need it renewed, in seconds."""

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

    oidc_client_secret: str = Field(default="", repr=False)
    """What shows the identity provider of ``identity.yaml`` that it is this office who asks."""

    oidc_client_secret_file: Path = Path()
    """A file with that secret in its place, as secrets are mounted; none if unset."""

    directory_password: str = Field(default="", repr=False)
    """The password of the account with which this office looks for people in the directory."""

    directory_password_file: Path = Path()
    """A file with that password in its place; none if unset."""

    backup_passphrase: str = ""
    """What keys in a backup are encrypted under; only asked for when they are to be in it."""

    vault_kept: Literal["file", "phrase", "token"] = "file"
    """How a new master key of the vault is kept: as it is, under a pass phrase, or by a token."""

    vault_phrase_file: Path = Path()
    """Where the pass phrase is read from, as a systemd credential; asked for if unset."""

    vault_phrase_next: Path = Path()
    """Where ``rekey`` reads the pass phrase of the new key from; the same one if unset."""

    vault_module: Path = Path()
    """The PKCS#11 library of the token that opens the vault."""

    vault_token: str = ""
    """The label of that token; its AES key is called ``trinhky-vault``."""

    vault_pin_file: Path = Path()
    """Where the token's PIN is read from; asked at the terminal if unset."""

    public_address: str = ""
    """How people reach this service, for links in notices; http://HOST:PORT if empty."""

    warm_converters: int = Field(default=2, ge=0)
    """How many LibreOffices stand ready in each process, so that as many drafts wait for none."""

    jobs_kept: int = Field(default=30, ge=1)
    """How long the queue remembers jobs that were finished, in days; those given up stay."""

    gather_every: float = 1.0
    """How often to look for messages from partners, in seconds."""

    remind_every: float = Field(default=20.0, gt=0)
    """How often to look for deadlines that came near or passed, in seconds."""

    @property
    def logs(self) -> Path | None:
        """Give the folder in which log lines are kept, None where there is none."""
        return None if self.log_folder == Path() else self.log_folder

    @model_validator(mode="after")
    def _mounted(self) -> Self:
        if self.oidc_client_secret_file != Path():
            self.oidc_client_secret = self.oidc_client_secret_file.read_text().strip()
        if self.directory_password_file != Path():
            self.directory_password = self.directory_password_file.read_text().strip()
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        self.trinhky_data = self.trinhky_data.absolute()
        if self.trinhky_spool == Path():
            self.trinhky_spool = self.trinhky_data / "spool"
        self.trinhky_spool = self.trinhky_spool.absolute()
        if self.trinhky_tray == Path():
            self.trinhky_tray = self.trinhky_data / "tray"
        self.trinhky_tray = self.trinhky_tray.absolute()
        if self.trinhky_ledger == Path():
            self.trinhky_ledger = self.trinhky_data / LEDGER
        self.trinhky_ledger = self.trinhky_ledger.absolute()
        if self.trinhky_witness != Path():
            self.trinhky_witness = self.trinhky_witness.absolute()
        if not self.database_url:
            self.database_url = f"sqlite:///{self.trinhky_data / 'trinhky.sqlite'}"
        if self.database_url.startswith("postgresql://"):
            # The driver this product brings; the plain form would ask for another one.
            self.database_url = "postgresql+psycopg" + self.database_url.removeprefix("postgresql")
        if self.objects_url and not (self.aws_access_key_id and self.aws_secret_access_key):
            raise ValueError("OBJECTS_URL needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        if not self.public_address:
            self.public_address = f"http://{self.host}:{self.port}"
        return self
