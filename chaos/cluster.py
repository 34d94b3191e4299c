"""The cluster of deploy/cluster on this machine: three nodes with etcd and Patroni each, HAProxy before them, all under keepers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from chaos import deployed
from chaos.deployed import ETCDS, NODES, PLACES, Layout, Member
from chaos.keeper import Kept
from chaos.machine import NotHere, Programs, free_for_long
from proof.trial import NotPrepared

PATRONI = Path(sys.prefix) / "patroni" / "bin" / "patroni"
BACK_S = 30.0  # a lost machine is there again after so long: later than the lease of its leadership runs out
START_S = 120.0
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin"
CONFIGURED = "patroni.yml"


def lacking() -> str:
    """Return what this machine lacks for a cluster, "" for nothing."""
    missing = [name for name in ("etcd", "haproxy") if _program(name) is None]
    missing += [] if PATRONI.exists() else ["Patroni"]
    return f"{', '.join(missing)} not installed (`build_hooks/faults.sh` says how)" if missing else ""


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{PATH}")


@dataclass
class Node:
    """One machine of the cluster: its etcd, its Patroni, and the PostgreSQL that this Patroni started."""

    name: str
    etcd: Kept
    patroni: Kept
    home: Path

    def postgres(self) -> list[psutil.Process]:
        """Return the processes of PostgreSQL on this node, the first one first."""
        try:
            first = psutil.Process(int((self.home / "data" / "postmaster.pid").read_text().split()[0]))
            return [first, *first.children(recursive=True)] if first.name().startswith("postgres") else []
        except (OSError, ValueError, IndexError, psutil.Error):
            return []

    def kill(self) -> None:
        """Kill everything that runs on this machine at the same moment."""
        starts = [(kept, kept.starts) for kept in (self.etcd, self.patroni)]
        left = self.postgres()
        self.patroni.kill()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        self.etcd.kill()
        while any(kept.pid and kept.starts == before for kept, before in starts):
            time.sleep(0.005)


@dataclass
class Cluster:
    layout: Layout
    nodes: dict[str, Node] = field(default_factory=dict)
    proxies: list[Kept] = field(default_factory=list)

    @property
    def kept(self) -> list[Kept]:
        return [*self.proxies, *(kept for node in self.nodes.values() for kept in (node.etcd, node.patroni))]

    def members(self) -> list[Member]:
        """Return the cluster as the first node that answers sees it."""
        for node in self.nodes:
            with suppress(OSError, ValueError):
                url = f"http://{self.layout.address(f'{node}:8008')}/cluster"
                with urllib.request.urlopen(url, timeout=2) as answer:
                    return deployed.members(json.load(answer))
        return []

    def is_whole(self) -> bool:
        return all(each.pid for each in self.kept) and deployed.is_settled(self.members())

    def on_node(self, name: str, sql: str) -> str:
        """Ask one node itself, whatever its role, for one text; return what it complains of if it does not answer."""
        port, word = self.layout.ports[f"{name}:5432"], self.layout.words["DATABASE_PASSWORD"]
        where = f"host=127.0.0.1 port={port} user=pointsapp password={word} dbname=pointsapp connect_timeout=2"
        try:
            with psycopg.connect(where) as connection:
                row = connection.execute(sql.encode()).fetchone()
                return str(row[0]) if row else ""
        except psycopg.Error as problem:
            return f"{name}: {problem}"

    def end(self) -> None:
        """Stop all nodes at once, then the proxy and etcd; what outlives its Patroni is killed."""
        with ThreadPoolExecutor(len(NODES)) as hands:
            list(hands.map(lambda node: node.patroni.end(), self.nodes.values()))
        for node in self.nodes.values():
            for process in node.postgres():
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        with ThreadPoolExecutor(len(NODES) + 1) as hands:
            list(hands.map(Kept.end, self.kept))


def clustered(folder: Path, programs: Programs, ending: ExitStack) -> Cluster:
    """Keep the cluster running in `folder` (which the programs' user may enter) until `ending`; NotHere if Patroni may not run."""
    if not may_run(programs.user):
        raise NotHere("Patroni's Python may not be run by the user whom PostgreSQL runs as")
    ports: dict[str, int] = {}
    while len(ports) < len(PLACES):
        if (port := free_for_long()) not in ports.values():
            ports[PLACES[len(ports)]] = port
    layout = Layout(folder=folder, programs=programs.folder, ports=ports)
    shutil.copy(deployed.DEPLOY / "first.sh", folder / "first.sh")
    (folder / "first.sh").chmod(0o755)
    (folder / "haproxy.cfg").write_text(layout.haproxy())
    cluster = Cluster(layout)
    ending.callback(cluster.end)
    for name in NODES:
        cluster.nodes[name] = _node(layout, name, programs.user)
    for node in cluster.nodes.values():
        node.etcd.begin()
    for node in cluster.nodes.values():
        node.patroni.begin()
    command = [str(_program("haproxy")), "-db", "-f", str(folder / "haproxy.cfg")]
    cluster.proxies.append(Kept(command, folder / "haproxy.log", {"PATH": PATH}, user=programs.user).begin())
    until = time.monotonic() + START_S
    while not cluster.is_whole():
        if time.monotonic() > until:
            logs = {path.name: path.read_text(errors="replace")[-1500:] for path in folder.glob("*.log")}
            raise NotPrepared(f"the cluster never stood: {cluster.members()} {logs}")
        time.sleep(0.2)
    return cluster


def _node(layout: Layout, name: str, user: str | None) -> Node:
    """Prepare a node; nothing of it runs yet."""
    etcd = ETCDS[name]
    for service in (name, etcd):
        layout.home(service).mkdir(mode=0o700)
        if user:
            shutil.chown(layout.home(service), user, user)
    configured = layout.home(name) / CONFIGURED
    configured.write_text(layout.patroni(name))
    common = {"PATH": f"{layout.programs}:{PATH}", "LC_ALL": "C", "HOME": str(layout.home(name))}

    def kept(service: str, *command: str) -> Kept:
        given = {**common, **layout.environment(service)}
        return Kept(command, layout.folder / f"{service}.log", given, user=user, rest_s=BACK_S)

    return Node(name, kept(etcd, str(_program("etcd"))), kept(name, str(PATRONI), str(configured)), layout.home(name))


def may_run(user: str | None) -> bool:
    """Tell whether Patroni runs as this user (a Python below somebody's private home does not)."""
    try:
        done = subprocess.run(
            [str(PATRONI), "--version"], user=user, cwd="/", capture_output=True, timeout=30, check=False
        )
    except OSError:
        return False
    return done.returncode == 0
