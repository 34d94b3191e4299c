"""The `pointsapp` commands of the contract: Flask's own CLI with our groups."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from flask.cli import FlaskGroup, with_appcontext

from pointsapp import config, create_app
from pointsapp.core import lifeline
from pointsapp.serving import CannotListen, count_across_processes, run_server

if TYPE_CHECKING:
    from flask import Flask

HOST, PORT = "127.0.0.1", 8000


def _create() -> Flask:
    try:
        return create_app()
    except config.BadSetting as problem:
        _stop(problem)
        raise AssertionError("unreachable") from problem


def _stop(problem: object) -> None:
    """End with one clear line instead of a stack trace."""
    click.echo(f"pointsapp: {problem}", err=True)
    raise SystemExit(2)


@click.group(cls=FlaskGroup, create_app=_create, add_default_commands=False, add_version_option=False)
def main() -> None:
    """Volunteer points for a neighbourhood."""


@main.command(with_appcontext=False)
@click.option("--host", default=HOST, show_default=True)
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Serve in production; restarts a worker that dies."""
    os.environ.setdefault(config.PREFIX + "ENV", "production")
    try:
        settings = config.from_environment()
    except config.BadSetting as problem:
        _stop(problem)
    _serve(host, port, workers, settings)


def _serve(host: str, port: int, workers: int, settings: config.Settings) -> None:
    try:
        run_server(host, port, workers, settings)
    except CannotListen as problem:
        _stop(problem)


@main.command()
@with_appcontext
def worker() -> None:
    """Run the background jobs until stopped: event delivery, expiry, reminders, cut-offs."""
    from flask import current_app

    from pointsapp import worker as work

    lifeline.hold_on()
    work.run(current_app._get_current_object())  # type: ignore[attr-defined]


@main.command(with_appcontext=False)
@click.option("--host", default=HOST, show_default=True)
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
def demo(host: str, port: int) -> None:
    """Migrate, load the demo street once, and serve it, worker included. Running it again keeps the data."""
    os.environ.setdefault(config.PREFIX + "DEMO", "true")
    os.environ.setdefault(config.PREFIX + "BASE_URL", f"http://{host}:{port}")
    os.environ.setdefault(config.PREFIX + "SECRET_KEY", _kept_secret())
    for name, value in _kept_push_keys().items():
        os.environ.setdefault(name, value)
    # In processes of their own: what loading the street took of memory goes back before the server starts.
    for step in (("db", "upgrade"), ("demo-data",)):
        done = subprocess.run([sys.executable, "-m", "pointsapp", *step], cwd=config.ROOT, check=False)  # noqa: S603 - our own
        if done.returncode:
            raise SystemExit(done.returncode)
    settings = config.from_environment()
    count_across_processes(settings, port)
    from pointsapp.demo.log_ins import print_log_ins

    print_log_ins(click.echo, os.environ[config.PREFIX + "BASE_URL"])
    with _worker_beside():
        _serve(host, port, 1, settings)


@main.command("demo-data")
@with_appcontext
def demo_data() -> None:
    """Load the demo street into the configured database; where it stands already, put new tasks on if none lie ahead."""
    from pointsapp.demo import load_demo_once

    load_demo_once(click.echo)


@main.command()
@click.option("--residents", required=True, type=click.IntRange(1, 5_000_000))
@click.option("--entries", required=True, type=click.IntRange(0, 100_000_000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**31))
@click.option(
    "--branches", default=0, show_default=True, type=click.IntRange(0, 20_000), help="Party branches, with rounds."
)
@with_appcontext
def synth(residents: int, entries: int, seed: int, branches: int) -> None:
    """Add synthetic people and a year of their life through the ledger's rules, for scale tests: whole or not at all."""
    from pointsapp.core.clock import now
    from pointsapp.demo.synth import synthesise

    began = time.monotonic()
    with (
        click.progressbar(length=residents, label="residents", show_pos=True) as people,
        click.progressbar(length=entries, label="entries  ", show_pos=True) as posted,
    ):
        made = synthesise(
            residents,
            entries,
            seed,
            now=now(),
            people=people.update,
            posted=_with_rate(posted, entries),
            stage=_tell_stages(began),
            branches=branches,
        )
    click.echo(
        f"\n{made.residents} residents, {made.entries} entries with {made.postings} postings added "
        f"in {time.monotonic() - began:.0f} s. The first residents sign in as {made.first_phone} and up, password {made.password}"
    )


def _tell_stages(began: float) -> Callable[[str], None]:
    """Write each stage once, with the time at which it begins."""
    last = ""

    def tell(name: str) -> None:
        nonlocal last
        if name != last:
            click.echo(f"\n{time.monotonic() - began:6.0f} s  {name}", nl=False, err=True)
        last = name

    return tell


def _with_rate(bar: Any, length: int) -> Callable[[int], None]:
    """Move the bar and write beside it how many there are in a second."""
    began, done = time.monotonic(), 0

    def update(count: int) -> None:
        nonlocal began, done
        if not done:
            began = time.monotonic()  # people come first
        done += count
        seconds = time.monotonic() - began
        bar.label = f"entries   {done / seconds:,.0f}/s" if seconds > 1 and done < length else "entries  "
        bar.update(count)

    return update


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write database and pictures into the new FILE while people go on working; print what is in it and its SHA-256."""
    from flask import current_app

    from pointsapp.backup import BackupRefused, back_up
    from pointsapp.core.clock import now

    try:
        told = back_up(current_app._get_current_object(), file, now=now())  # type: ignore[attr-defined]
    except BackupRefused as problem:
        _refuse(problem)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Also where rows or pictures are: they are gone afterwards.")
@click.option("--sha256", help="The file's SHA-256 as `pointsapp backup` printed it; another file is refused.")
@click.option("--even-if-wrong", is_flag=True, help="Also when the books in the file do not hold; still ends with 1.")
@with_appcontext
def restore(file: Path, *, replace: bool, sha256: str | None, even_if_wrong: bool) -> None:
    """Put a backup back, whole or not at all; ends with 0 only if digests, books and seals hold."""
    from flask import current_app

    from pointsapp import backup as backups

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        told = backups.restore(app, file, replace=replace, sha256=sha256, may_be_wrong=even_if_wrong)
    except backups.BackupRefused as problem:
        _refuse(problem)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    if not told["ok"]:
        raise SystemExit(1)


def _refuse(problem: object) -> NoReturn:
    """End with the reason on one line: nothing was changed."""
    click.echo(f"pointsapp: {problem}", err=True)
    raise SystemExit(1)


def _kept_secret() -> str:
    """Return the demo's own secret, made once, so that a restart keeps people signed in."""
    folder = config.from_environment().instance_path
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text()


def _kept_push_keys() -> dict[str, str]:
    """Return the demo's own pair for web push as settings, made once: another pair would lose every browser that has agreed."""
    kept = config.from_environment().instance_path / "push_keys"
    if not kept.exists():
        made = subprocess.run(
            [sys.executable, "-m", "pointsapp", "notices", "vapid-keys"],
            cwd=config.ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        kept.touch(mode=0o600)
        kept.write_text(made.stdout)
    return dict(line.split("=", 1) for line in kept.read_text().splitlines() if "=" in line)


@contextlib.contextmanager
def _worker_beside() -> Iterator[None]:
    """Run `pointsapp worker` while the server runs, and end it with the server."""
    lifeline.tie()
    process = subprocess.Popen([sys.executable, "-m", "pointsapp", "worker"], cwd=config.ROOT)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
