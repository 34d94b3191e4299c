"""What stands in deploy/ agrees with the code: settings, commands, ports, probes, users, pinned images; and its files are well-formed.

No image is built and no cluster started here; deploy/README.md says what was tried by hand.
"""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from pointsapp.cli import main
from pointsapp.config import PREFIX, Settings
from tests.house.reading import ROOT, the_app

DEPLOY = ROOT / "deploy"
COMPOSE = sorted(DEPLOY.glob("*/compose.yaml"))
UNITS = sorted(DEPLOY.glob("systemd/pointsapp-*"))
MANIFESTS = sorted(path for path in DEPLOY.glob("kubernetes/*.yaml"))
APP_IMAGE, PORT = "pointsapp:0.1.0", 8000
TAG = re.compile(r":[0-9]+\.[0-9]+(\.[0-9]+)?(-[a-z0-9.]+)*$")


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(DEPLOY)), path.read_text()


def _services() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in COMPOSE:
        for name, service in yaml.safe_load(path.read_text())["services"].items():
            yield f"{path.parent.name}/{name}", service


def _objects() -> list[dict[str, Any]]:
    return [each for path in MANIFESTS for each in yaml.safe_load_all(path.read_text())]


def _pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for each in _objects():
        spec = each.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield each["metadata"]["name"], spec["template"]["spec"]


def _unit(path: Path) -> configparser.RawConfigParser:
    read = configparser.RawConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(path.read_text())
    return read


def _calls() -> Iterator[tuple[str, list[str]]]:
    """Yield (where, words after `pointsapp`) of everything that is run."""
    entry = re.search(r"^CMD (\[\"serve.*\])$", (DEPLOY / "Containerfile").read_text(), re.M)
    assert entry is not None
    yield "Containerfile", json.loads(entry[1])
    for name, service in _services():
        if service["image"] == APP_IMAGE and service.get("command"):
            yield name, service["command"]
    for name, pod in _pods():
        for container in pod["containers"]:
            if "args" in container:
                yield name, container["args"]
    for name, text in _texts():
        for words in re.findall(r"(?:exec |\.venv/bin/|run --rm web )(?:\S*pointsapp )?([a-z][a-z -]*)[^\n]*", text):
            if name.endswith((".service", "compose.yaml", "backup.yaml")):
                yield name, words.removeprefix("pointsapp ").split()


def test_every_setting_named_is_one_of_ours() -> None:
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    wrong = [
        (name, word) for name, text in _texts() for word in re.findall(rf"{PREFIX}[A-Z_]+", text) if word not in known
    ]
    assert wrong == []


def test_every_command_is_one_of_ours() -> None:
    calls = list(_calls())
    wrong = []
    for where, words in calls:
        command: click.Command | None = main
        for word in words:
            if not isinstance(command, click.Group):
                break
            # Not get_command(): at `main` it would load the plug-ins of libraries, for every later test as well.
            command = command.commands.get(word) or the_app().cli.commands.get(word)
        if command is None or isinstance(command, click.Group):
            wrong.append((where, words))
    assert wrong == []
    assert {words[0] for _where, words in calls} >= {"serve", "worker", "db", "backup", "user"}


def test_options_of_serve_exist() -> None:
    known = {option for each in main.commands["serve"].params for option in each.opts}
    used = {word for _where, words in _calls() for word in words if words[0] == "serve" and word.startswith("--")}
    assert used
    assert used - known == set()


def test_images_are_pinned_and_ours_are_one() -> None:
    images = {service["image"] for _name, service in _services()}
    images |= {container["image"] for _name, pod in _pods() for container in pod["containers"]}
    images |= {
        line.split()[1]
        for name, text in _texts()
        if "Containerfile" in name
        for line in text.splitlines()
        if line.startswith("FROM ")
    }
    assert [image for image in images if not TAG.search(image)] == []
    assert {image for image in images if image.startswith("pointsapp:")} == {APP_IMAGE}


def test_ports_and_probes_lead_to_the_server() -> None:
    rules = {rule.rule for rule in the_app().url_map.iter_rules()}
    container = (DEPLOY / "Containerfile").read_text()
    assert f"EXPOSE {PORT}" in container
    assert f"127.0.0.1:{PORT}/healthz" in container
    web = next(pod for name, pod in _pods() if name == "pointsapp-web")["containers"][0]
    assert web["args"][web["args"].index("--port") + 1] == str(PORT) == str(web["ports"][0]["containerPort"])
    probes = {kind: web[kind]["httpGet"]["path"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert probes == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    assert set(probes.values()) <= rules
    for name, service in _services():
        for server in service.get("environment", {}).get("SERVERS", "").split():
            host, _, port = server.partition(":")
            assert f"{name.split('/')[0]}/{host}" in dict(_services())
            assert port == str(PORT)
    assert "health_uri /readyz" in (DEPLOY / "one-machine" / "Caddyfile").read_text()


def test_all_who_take_give_or_back_up_files_see_the_same_folder() -> None:
    """What people hand in lies in the instance folder: a folder of a pod's own would lose it."""
    claims = {
        name: volume["persistentVolumeClaim"]["claimName"]
        for name, pod in _pods()
        for volume in pod["volumes"]
        if volume["name"] == "data" and "persistentVolumeClaim" in volume
    }
    assert claims == dict.fromkeys(("pointsapp-web", "pointsapp-worker", "pointsapp-backup"), "pointsapp-files")
    made = {each["metadata"]["name"]: each["spec"] for each in _objects() if each["kind"] == "PersistentVolumeClaim"}
    assert made["pointsapp-files"]["accessModes"] == ["ReadWriteMany"]
    folders: dict[str, set[str]] = {}
    for name, service in _services():
        if service["image"] == APP_IMAGE:
            at_data = {each.split(":")[0] for each in service.get("volumes", []) if each.split(":")[1] == "/data"}
            folders.setdefault(name.split("/")[0], set()).update(at_data or {f"{name}: its own"})
    assert folders == {"one-machine": {"instance"}, "cluster": {"files"}}


def test_a_kubernetes_selector_finds_its_pods() -> None:
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in _objects() if each["kind"] == "Deployment"]
    for each in _objects():
        if each["kind"] in ("Service", "PodDisruptionBudget", "Deployment"):
            wanted = each["spec"]["selector"].get("matchLabels", each["spec"]["selector"])
            assert wanted in labels, each["metadata"]["name"]


def test_every_kubernetes_name_that_is_used_is_made() -> None:
    made = {(each["kind"], each["metadata"]["name"]) for each in _objects() if "metadata" in each}
    used = set()
    for _name, pod in _pods():
        used |= {
            ("PersistentVolumeClaim", v["persistentVolumeClaim"]["claimName"])
            for v in pod["volumes"]
            if "persistentVolumeClaim" in v
        }
        for source in pod["containers"][0]["envFrom"]:
            used |= {("ConfigMap", ref["name"]) for key, ref in source.items() if key == "configMapRef"}
            used |= {("Secret", ref["name"]) for key, ref in source.items() if key == "secretRef"}
    assert used - made == set()
    listed = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    files = {path.name for path in MANIFESTS} - {"kustomization.yaml", "secret.example.yaml"}
    assert set(listed) == files


def test_nothing_of_ours_runs_as_root_or_may_become_it() -> None:
    assert re.search(r"^USER 10001:10001$", (DEPLOY / "Containerfile").read_text(), re.M)
    for name, service in _services():
        if service["image"] == APP_IMAGE:
            assert service["read_only"], name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
    for name, pod in _pods():
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["runAsUser"] == 10001, name
        for container in pod["containers"]:
            limits = container["securityContext"]
            assert limits["readOnlyRootFilesystem"], name
            assert limits["allowPrivilegeEscalation"] is False, name
            assert limits["capabilities"] == {"drop": ["ALL"]}, name
    for path in UNITS:
        if path.suffix == ".service":
            service_part = _unit(path)["Service"]
            assert service_part["User"] == "pointsapp", path.name
            assert service_part["NoNewPrivileges"] == "yes", path.name
            assert service_part["CapabilityBoundingSet"] == "", path.name


def test_no_secret_stands_in_the_files_and_none_has_a_default() -> None:
    for name, text in _texts():
        for key, value in re.findall(r"^\s*([A-Z_]*(?:SECRET_KEY|PASSWORD|METRICS_TOKEN))[=:][ \t]*(.*)$", text, re.M):
            value = value.strip('"')
            assert value == "" or re.fullmatch(r"\$\{[A-Z_]+:\?see env\.example\}", value), f"{name}: {key}"


def test_what_compose_asks_for_stands_in_the_example() -> None:
    for path in COMPOSE:
        asked = set(re.findall(r"\$\{([A-Z_]+)", path.read_text()))
        offered = set(re.findall(r"^([A-Z_]+)=", (path.parent / "env.example").read_text(), re.M))
        assert asked == offered, path


def test_the_proxy_before_the_databases_and_patroni_speak_of_the_same_ports() -> None:
    text = (DEPLOY / "cluster" / "haproxy.cfg").read_text()
    patroni = yaml.safe_load((DEPLOY / "cluster" / "patroni.yml").read_text())
    asked_at, port = (patroni[part]["listen"].rsplit(":", 1)[1] for part in ("restapi", "postgresql"))
    servers = re.findall(r"^  server (\S+) (\S+):(\d+) check port (\d+)$", text, re.M)
    assert len(servers) == 6
    assert {(name == host, at, check) for name, host, at, check in servers} == {(True, port, asked_at)}
    nodes = {name for name, service in _services() if "PATRONI_NAME" in service.get("environment", {})}
    assert nodes == {f"cluster/{name}" for name, *_rest in servers}
    settings = dict(_services())["cluster/web1"]["environment"]
    assert "@haproxy:5000/pointsapp?" in settings[PREFIX + "DATABASE_URL"]
    assert "@haproxy:5001/pointsapp" in settings[PREFIX + "REPLICA_URL"]
    assert {"listen primary\n  bind :5000", "listen replicas\n  bind :5001"} <= set(
        re.findall(r"listen \w+\n  bind \S+", text)
    )
    timing = patroni["bootstrap"]["dcs"]
    assert timing["ttl"] >= timing["loop_wait"] + 2 * timing["retry_timeout"], "Patroni's own condition"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_well_formed(path: Path, tmp_path: Path) -> None:
    unit = _unit(path)
    assert "Description" in unit["Unit"]
    if path.suffix == ".timer":
        assert (path.parent / f"{path.stem}.service").exists()
        return
    service = unit["Service"]
    assert service["EnvironmentFile"] == "/etc/pointsapp/settings.env"
    assert service["ProtectSystem"] == "strict"
    for key in ("Requires", "After"):
        for other in unit["Unit"].get(key, "").split():
            if other.startswith("pointsapp-"):
                assert (path.parent / other).exists(), f"{path.name}: {other}"


@pytest.mark.parametrize(
    "path", [path for path in MANIFESTS if path.name != "kustomization.yaml"], ids=lambda path: path.name
)
def test_manifests_obey_the_schema_of_kubernetes(path: Path) -> None:
    import kubernetes_validate

    for each in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(each, "1.32", strict=True)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.parent.name)
def test_compose_files_obey_the_compose_specification(path: Path) -> None:
    from compose_spec import PyCompose

    PyCompose.from_json(json.dumps(yaml.safe_load(path.read_text()))).validate()
