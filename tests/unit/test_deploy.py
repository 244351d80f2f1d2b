"""What lies in deploy/ for an office's machines names only what is there."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {name.upper() for name in Settings.model_fields}


@pytest.fixture
def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return told


def test_every_service_depends_on_one_that_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert set(services) == {"database", "objects", "web", "work", "exchange", "proxy"}
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        assert set(service.get("networks", ())) <= set(compose["networks"])
        named = {one.partition(":")[0] for one in service["volumes"] if one[0] not in "./$"}
        assert named <= set(compose["volumes"])


def test_settings_that_are_given_are_known(compose: dict[str, Any]) -> None:
    for example in (DEPLOY / "systemd").glob("*.example"):
        given = set(re.findall(r"^([A-Z_]+)=", example.read_text("utf-8"), re.MULTILINE))
        assert given
        assert given <= KNOWN
    for name in ("web", "work", "exchange"):
        assert set(compose["services"][name]["environment"]) <= KNOWN


def test_no_secret_has_a_value(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or "TOKEN" in name:
                assert str(value).startswith("${"), name


def test_files_that_are_mounted_are_there(compose: dict[str, Any]) -> None:
    for volume in compose["services"]["proxy"]["volumes"]:
        source = volume.partition(":")[0]
        assert not source.startswith("./") or (DEPLOY / source).is_file()


def test_there_is_a_unit_for_pages_and_one_for_workers() -> None:
    commands = {one.name: _unit(one)["Service"]["ExecStart"].split()[-1] for one in UNITS}

    assert commands == {
        "trinhky-exchange.service": "exchange",
        "trinhky-web.service": "serve",
        "trinhky-work@.service": "work",
    }


def test_who_carries_messages_is_told_of_nothing_else(compose: dict[str, Any]) -> None:
    unit = _unit(DEPLOY / "systemd" / "trinhky-exchange.service")["Service"]
    told = (DEPLOY / "systemd" / "exchange.environment.example").read_text("utf-8")
    service = compose["services"]["exchange"]

    assert unit["User"] == "trinhky-exchange"
    assert "-/var/lib/trinhky" in unit["InaccessiblePaths"].split()
    assert "IPAddressAllow" not in unit
    assert "DATABASE_URL" not in told
    assert "DATABASE_URL" not in service["environment"]
    assert service["volumes"] == ["exchange:/var/lib/trinhky-exchange"]
    assert service["network_mode"] == "none"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_locked_but_lets_the_sandbox_make_its_rooms(path: Path) -> None:
    service = _unit(path)["Service"]

    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["PrivateTmp"] == "yes"
    assert service["IPAddressDeny"] == "any"
    covering = {"ProtectKernelTunables", "ProtectKernelLogs", "ProtectHostname", "ProtectProc"}
    assert not {*covering, "RestrictNamespaces"} & set(service)


def test_the_proxy_speaks_for_callers_and_hides_the_figures() -> None:
    for name in ("trinhky.conf", "compose.conf"):
        told = (DEPLOY / "nginx" / name).read_text("utf-8")
        assert "X-Forwarded-For $remote_addr;" in told
        assert re.search(r"location = /metrics \{\s+return 404;", told)
        assert told.count("{") == told.count("}")


def _unit(path: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # its own way to keep case
    unit.read(path, "utf-8")
    return unit
