"""The fault of a cluster: the leader's whole node is lost in the middle of load, and comes back later as a replica."""

from __future__ import annotations

import time

from chaos.cluster import BACK_S
from chaos.deployed import NODES, of_role
from chaos.fault import Fault, Scene
from chaos.machine import CLUSTER
from chaos.stage import Stage
from proof.trial import Judge, NotPrepared

FOLLOWS_S = 10.0
KEPT = "SELECT COUNT(*) || ' ' || COALESCE(MD5(STRING_AGG(key, ' ' ORDER BY key)), '') FROM stored_answer"


def lose_leader(stage: Stage, scene: Scene) -> None:
    """Kill all that runs on the leader's node; its keepers start it again when the others have long gone on."""
    assert stage.cluster is not None
    seen = stage.cluster.members()
    leaders, heirs = of_role(seen, "leader"), of_role(seen, "sync_standby")
    if not (leaders and heirs):
        raise NotPrepared(f"no leader with a synchronous standby: {seen}")
    scene.known = {"lost": leaders[0], "heir": heirs[0]}
    scene.noted.append(f"{leaders[0]} led, {heirs[0]} was its synchronous standby")
    stage.cluster.nodes[leaders[0]].kill()


def judge_failover(stage: Stage, scene: Scene, verdict: Judge) -> None:
    """The standby that had confirmed every commit leads, the lost node follows it, and all nodes hold the same answers."""
    assert stage.cluster is not None
    seen = stage.cluster.members()
    verdict.equal("the synchronous standby took over", of_role(seen, "leader"), [scene.known.get("heir")])
    follows = [*of_role(seen, "replica"), *of_role(seen, "sync_standby")]
    verdict.check("the lost leader came back as a replica", scene.known.get("lost") in follows, seen)
    until = time.monotonic() + FOLLOWS_S
    while len(set(held := [stage.cluster.on_node(name, KEPT) for name in NODES])) > 1 and time.monotonic() < until:
        time.sleep(0.2)
    verdict.check("all three nodes hold the same answers", len(set(held)) == 1, held)
    scene.noted.append(f"then {', '.join(of_role(seen, 'leader'))} led and {scene.known.get('lost')} followed")


LEADER = Fault(
    key="leader",
    title="The leader's node of a cluster is lost",
    done="kill -9 to Patroni, PostgreSQL and etcd of the node that leads. Three such nodes and HAProxy run here as deploy/cluster "
    "has them, only with ports, folders and shared_buffers of their own; server and worker reach the database through the proxy. "
    f"The lost node is started again after {BACK_S:.0f} s, as a machine that had to boot. That nothing acknowledged may be lost needs "
    "`synchronous_mode`, which deploy/cluster/patroni.yml turns on: a commit is acknowledged when the synchronous standby has it, too.",
    mended_by="Patroni promotes the synchronous standby when the leader's lease (ttl, 20 s) has run out, HAProxy follows, server and "
    "worker reconnect; the keeper starts the lost node, which becomes a replica",
    dialects=("postgresql",),
    ground=CLUSTER,
    is_felt=True,
    strike=lose_leader,
    judged=judge_failover,
    crowd=2,
    within_s=40.0,
    whole_s=90.0,
)
