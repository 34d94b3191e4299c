"""The cluster of `make chaos`: deploy/cluster's own files with other addresses, and what its loss is judged by. None runs here."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from chaos import cluster, deployed
from chaos.deployed import DEPLOY, NODES, PLACES, Differs, Layout, Member
from chaos.failover import LEADER, judge_failover, lose_leader
from chaos.fault import Outcome, Scene
from chaos.keeper import Kept
from chaos.report import Report
from chaos.session import Plan, unleash
from proof.trial import Judge, NotPrepared

WORDS = {name: f"secret{number}" for number, name in enumerate(deployed.passwords())}


@pytest.fixture
def layout() -> Layout:
    ports = {place: 20000 + number for number, place in enumerate(PLACES)}
    return Layout(folder=Path("/there"), programs=Path("/programs"), ports=ports, words=WORDS)


def _leaves(tree: Any, path: str = "") -> dict[str, Any]:
    if isinstance(tree, dict):
        return {key: leaf for name, each in tree.items() for key, leaf in _leaves(each, f"{path}.{name}").items()}
    return {path: tree}


@pytest.mark.parametrize("node", NODES)
def test_patroni_runs_as_deployed_but_for_places_and_size(layout: Layout, node: str) -> None:
    ours, theirs = (_leaves(yaml.safe_load(t)) for t in (layout.patroni(node), (DEPLOY / "patroni.yml").read_text()))
    assert {name: ours[name] for name in ours if ours[name] != theirs.get(name)} == {
        ".restapi.listen": layout.address(f"{node}:8008"),
        ".postgresql.listen": layout.address(f"{node}:5432"),
        ".postgresql.data_dir": f"/there/{node}/data",
        ".postgresql.pgpass": f"/there/{node}/pgpass",
        ".postgresql.bin_dir": "/programs",
        ".postgresql.parameters.unix_socket_directories": f"/there/{node}",
        ".bootstrap.post_bootstrap": "/there/first.sh",
        ".bootstrap.dcs.postgresql.parameters.shared_buffers": "64MB",
    }
    assert ours.keys() == theirs.keys()


def test_what_the_fault_promises_stands_in_the_configuration(layout: Layout) -> None:
    dcs = yaml.safe_load(layout.patroni("db1"))["bootstrap"]["dcs"]
    assert dcs["synchronous_mode"] is True
    assert dcs["postgresql"]["parameters"]["synchronous_commit"] == "on"
    assert dcs["ttl"] < cluster.BACK_S, "the lost machine must not come back before its lease has run out"
    assert f"{dcs['ttl']} s" in LEADER.mended_by
    assert LEADER.whole_s > cluster.BACK_S


def test_the_proxy_is_moved_and_nothing_else(layout: Layout) -> None:
    ours, theirs = layout.haproxy().splitlines(), (DEPLOY / "haproxy.cfg").read_text().splitlines()
    changed = [mine.split() for mine, other in zip(ours, theirs, strict=True) if mine != other]
    servers = [
        ["server", node, layout.address(f"{node}:5432"), "check", "port", str(layout.ports[f"{node}:8008"])]
        for node in NODES
    ]
    assert changed == [
        ["bind", layout.address("haproxy:5000")],
        *servers,
        ["bind", layout.address("haproxy:5001")],
        *servers,
    ]


def test_environments_are_composes_with_our_places_and_passwords(layout: Layout) -> None:
    etcd = layout.environment("etcd2")
    assert etcd["ETCD_LISTEN_CLIENT_URLS"] == etcd["ETCD_ADVERTISE_CLIENT_URLS"]
    assert etcd["ETCD_LISTEN_CLIENT_URLS"] == f"http://{layout.address('etcd2:2379')}"
    peers = (f"{name}=http://{layout.address(f'{name}:2380')}" for name in ("etcd1", "etcd2", "etcd3"))
    assert etcd["ETCD_INITIAL_CLUSTER"] == ",".join(peers)
    assert etcd["ETCD_DATA_DIR"] == "/there/etcd2/data"
    node = layout.environment("db3")
    assert node["PATRONI_POSTGRESQL_CONNECT_ADDRESS"] == layout.address("db3:5432")
    assert node["PATRONI_SUPERUSER_PASSWORD"] == WORDS["SUPERUSER_PASSWORD"]
    assert node["DATABASE_PASSWORD"] == WORDS["DATABASE_PASSWORD"]
    for service in (*NODES, "etcd1", "etcd2", "etcd3"):
        for value in layout.environment(service).values():
            assert not any(word in value for word in ("${", "0.0.0.0", "/var/lib", *PLACES)), value


def test_the_application_asks_the_proxy_as_patiently_as_deployed(layout: Layout) -> None:
    found = {name: urlsplit(url) for name, url in layout.addresses().items()}
    main, replica = found["POINTSAPP_DATABASE_URL"], found["POINTSAPP_REPLICA_URL"]
    assert (main.port, replica.port) == (layout.ports["haproxy:5000"], layout.ports["haproxy:5001"])
    assert (main.username, main.password) == ("pointsapp", WORDS["DATABASE_PASSWORD"])
    assert {"connect_timeout", "tcp_user_timeout"} <= parse_qs(main.query).keys()


def test_every_secret_is_new_each_time() -> None:
    first, second = deployed.passwords(), deployed.passwords()
    assert {"DATABASE_PASSWORD", "SUPERUSER_PASSWORD", "REPLICATION_PASSWORD", "REWIND_PASSWORD"} <= first.keys()
    assert len({*first.values(), *second.values()}) == 2 * len(first)


@pytest.mark.parametrize(
    ("name", "word"), [("patroni.yml", "shared_buffers: 512MB"), ("haproxy.cfg", "check port 8008")]
)
def test_a_configuration_that_moved_on_is_told(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, word: str
) -> None:
    shutil.copytree(DEPLOY, tmp_path / "cluster")
    text = (DEPLOY / name).read_text()
    (tmp_path / "cluster" / name).write_text(text.replace(word, "something else"))
    monkeypatch.setattr(deployed, "DEPLOY", tmp_path / "cluster")
    with pytest.raises(Differs, match="no longer says"):
        (layout.patroni("db1"), layout.haproxy())


WHOLE = [Member("db1", "replica", "streaming", 2), Member("db2", "leader", "running", 2), Member("db3", "sync_standby", "streaming", 2)]  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "settled"),
    [
        (WHOLE, True),
        ([], False),
        (WHOLE[1:], False),
        ([Member("db1", "replica", "starting", 2), *WHOLE[1:]], False),
        ([Member("db1", "replica", "streaming", 1), *WHOLE[1:]], False),
        ([Member("db1", "leader", "running", 2), *WHOLE[1:]], False),
        ([*WHOLE[:2], Member("db3", "replica", "streaming", 2)], False),
    ],
    ids=["whole", "nobody", "one lost", "one starting", "left behind", "two leaders", "nobody synchronous"],
)
def test_a_cluster_is_settled_when_all_follow_one(seen: list[Member], settled: bool) -> None:
    assert deployed.is_settled(seen) is settled


def test_patronis_answer_is_read() -> None:
    told = {"members": [{"name": "db2", "role": "leader", "state": "running", "timeline": 2, "port": 1}], "scope": "x"}
    assert deployed.members(told) == [WHOLE[1]]
    assert deployed.members({}) == []


@dataclass
class _Node:
    killed: bool = False

    def kill(self) -> None:
        self.killed = True


@dataclass
class _Cluster:
    """Answers as a cluster would."""

    seen: list[Member]
    held: dict[str, str]
    nodes: dict[str, _Node] = field(default_factory=lambda: {name: _Node() for name in NODES})

    def members(self) -> list[Member]:
        return self.seen

    def on_node(self, name: str, _sql: str) -> str:
        return self.held[name]


@dataclass
class _Stage:
    cluster: _Cluster


SAME = dict.fromkeys(NODES, "7 abc")


@pytest.mark.parametrize(
    ("heir", "lost", "held", "word"),
    [
        ("db2", "db1", SAME, ""),
        ("db3", "db1", SAME, "the synchronous standby took over"),
        ("db2", "db2", SAME, "the lost leader came back as a replica"),
        ("db2", "db1", {**SAME, "db1": "6 abd"}, "all three nodes hold the same answers"),
    ],
)
def test_a_failover_is_judged(
    monkeypatch: pytest.MonkeyPatch, heir: str, lost: str, held: dict[str, str], word: str
) -> None:
    monkeypatch.setattr("chaos.failover.FOLLOWS_S", 0)
    outcome = Outcome(fault=LEADER, dialect="postgresql", seed="x")
    scene = Scene(dice=Random(0), known={"lost": lost, "heir": heir})
    judge_failover(_Stage(_Cluster(WHOLE, held)), scene, Judge(None, outcome, 0, Random(0)))  # type: ignore[arg-type]
    assert outcome.checks == 3
    assert len(outcome.broken) == bool(word)
    assert word in "".join(outcome.broken)


def test_the_leader_and_nobody_else_is_lost() -> None:
    stage, scene = _Stage(_Cluster(WHOLE, SAME)), Scene(dice=Random(0))
    lose_leader(stage, scene)  # type: ignore[arg-type]
    assert [name for name, node in stage.cluster.nodes.items() if node.killed] == ["db2"]
    assert scene.known == {"lost": "db2", "heir": "db3"}
    with pytest.raises(NotPrepared):
        lose_leader(_Stage(_Cluster(WHOLE[:2], SAME)), scene)  # type: ignore[arg-type]


def test_without_its_programs_it_is_said_that_it_did_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "PATRONI", tmp_path / "patroni")
    monkeypatch.setattr(cluster, "PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    said: list[str] = []
    report = unleash(Plan(seed="x", faults=[LEADER]), said.append)
    assert [outcome.not_run for outcome in report.outcomes] == [cluster.lacking()]
    assert all(name in said[0] for name in ("not run", "etcd", "haproxy", "Patroni"))
    assert not report.holds
    assert f"not run: {cluster.lacking()}" in report.as_markdown()
    assert "整机失联" not in report.as_markdown()


def test_a_cluster_that_never_stands_is_broken_and_ends_no_chaos(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object, **_more: object) -> None:
        raise NotPrepared("the cluster never stood")

    monkeypatch.setattr(cluster, "lacking", lambda: "")
    monkeypatch.setattr("chaos.stage.clustered", never)
    report = unleash(Plan(seed="x", faults=[LEADER]), lambda _line: None)
    assert [outcome.broken for outcome in report.outcomes] == [["its ground can be prepared: the cluster never stood"]]
    assert not report.holds


def test_the_report_names_the_cluster_when_it_ran() -> None:
    ran = Outcome(fault=LEADER, dialect="postgresql", seed="x", acknowledged=1)
    report = Report(outcomes=[ran], seed="x", seconds=1, databases={"postgresql": "18"}, at=datetime.now(UTC))
    assert "整机失联" in report.as_markdown()
    assert "`synchronous_mode`" in report.as_markdown()


def test_a_lost_machine_rests_before_it_starts_again_and_ends_at_once(tmp_path: Path) -> None:
    kept = Kept([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log", {}, rest_s=0.5).begin()
    try:
        _until(lambda: kept.pid > 0)
        begun = time.monotonic()
        kept.kill()
        _until(lambda: kept.starts == 2)
        assert time.monotonic() - begun >= 0.5
        kept.rest_s = 60
        kept.kill()
        _until(lambda: kept.pid == 0)
    finally:
        begun = time.monotonic()
        kept.end()
    assert time.monotonic() - begun < 30, "it did not wait for the rest of 60 s"
    assert kept.starts == 2


def _until(holds: Any) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)
