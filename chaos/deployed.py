"""What deploy/cluster says, moved to this machine: the same files and environments, with other addresses and folders.

Nothing else is changed but `shared_buffers`. A word that is to be replaced and is no longer there is an error: then the
configuration has changed and this file has to follow it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).resolve().parents[1] / "deploy" / "cluster"
NODES = ("db1", "db2", "db3")
ETCDS = {"db1": "etcd1", "db2": "etcd2", "db3": "etcd3"}  # which etcd shares a node's machine
PLACES = (
    *(f"{node}:{port}" for node in NODES for port in (5432, 8008)),
    *(f"{etcd}:{port}" for etcd in ETCDS.values() for port in (2379, 2380)),
    "haproxy:5000",
    "haproxy:5001",
)
SMALL = ("shared_buffers: 512MB", "shared_buffers: 64MB")
SETTINGS = ("POINTSAPP_DATABASE_URL", "POINTSAPP_REPLICA_URL")


class Differs(Exception):
    """deploy/cluster no longer says what is replaced here."""


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def passwords() -> dict[str, str]:
    """Return a fresh value for everything that deploy/cluster/env.example leaves empty."""
    names = re.findall(r"^([A-Z_]+)=$", (DEPLOY / "env.example").read_text(), re.M)
    return {name: secrets.token_hex(12) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`ports`: for every place of PLACES a port of 127.0.0.1; `programs`: the folder of PostgreSQL's commands."""

    folder: Path
    programs: Path
    ports: Mapping[str, int]
    words: Mapping[str, str] = field(default_factory=passwords)

    def address(self, place: str) -> str:
        return f"127.0.0.1:{self.ports[place]}"

    def home(self, service: str) -> Path:
        """Return the folder that stands for the machine of this service."""
        return self.folder / service

    def patroni(self, node: str) -> str:
        """Return patroni.yml for this node."""
        text = self._listening((DEPLOY / "patroni.yml").read_text(), node)
        return _replaced(
            text,
            ("/var/lib/postgresql/node", str(self.home(node))),
            ("/usr/lib/postgresql/16/bin", str(self.programs)),
            ("/var/run/postgresql", str(self.home(node))),
            ("/etc/pointsapp/", f"{self.folder}/"),
            SMALL,
        )

    def haproxy(self) -> str:
        """Return haproxy.cfg."""
        text = (DEPLOY / "haproxy.cfg").read_text()
        for port in (5000, 5001):
            text = _replaced(text, (f"bind :{port}\n", f"bind {self.address(f'haproxy:{port}')}\n"))
        for node in NODES:
            there = f"{self.address(f'{node}:5432')} check port {self.ports[f'{node}:8008']}\n"
            text = _replaced(text, (f"{node}:5432 check port 8008\n", there))
        return text

    def environment(self, service: str) -> dict[str, str]:
        """Return what compose.yaml gives to this service, its passwords filled in."""
        given = compose()["services"][service]["environment"]
        return {name: self._moved(str(value), service) for name, value in given.items()}

    def addresses(self) -> dict[str, str]:
        """Return the settings with which server and worker find the database: its proxy, as patient as there."""
        given = self.environment("web1")
        return {name: given[name] for name in SETTINGS}

    def _moved(self, value: str, service: str) -> str:
        value = re.sub(r"\$\{([A-Z_]+)[^}]*\}", lambda found: self.words.get(found[1], ""), value)
        value = self._listening(value, service)
        for place in PLACES:
            value = value.replace(place, self.address(place))
        return value.replace("/var/lib/etcd/node", f"{self.home(service)}/data")

    def _listening(self, text: str, service: str) -> str:
        """Replace "on all addresses" by this service's own."""
        return re.sub(r"\b0\.0\.0\.0:(\d+)", lambda found: self.address(f"{service}:{found[1]}"), text)


def _replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        if old not in text:
            raise Differs(f"deploy/cluster no longer says {old.strip()!r}")
        text = text.replace(old, new)
    return text


@dataclass(frozen=True, slots=True)
class Member:
    """One node as Patroni sees it: role leader, sync_standby or replica."""

    name: str
    role: str
    state: str
    timeline: int | None = None


def members(told: Mapping[str, Any]) -> list[Member]:
    """Read Patroni's answer to GET /cluster."""
    return [
        Member(each["name"], each["role"], each.get("state", ""), each.get("timeline"))
        for each in told.get("members", [])
    ]


def of_role(seen: list[Member], role: str) -> list[str]:
    return [each.name for each in seen if each.role == role]


def is_settled(seen: list[Member]) -> bool:
    """Tell whether all nodes are there, one leads, one is synchronous, and everybody follows the leader's timeline."""
    states = {"leader": "running", "sync_standby": "streaming", "replica": "streaming"}
    return (
        sorted(each.name for each in seen) == sorted(NODES)
        and len(of_role(seen, "leader")) == len(of_role(seen, "sync_standby")) == 1
        and all(states.get(each.role) == each.state for each in seen)
        and len({each.timeline for each in seen}) == 1
    )
