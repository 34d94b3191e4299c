"""Commands of notices."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import click

from pointsapp.config import PREFIX


@click.group("notices")
def notices_group() -> None:
    """Notices out of the house."""


@notices_group.command("vapid-keys")
def make_vapid_keys() -> None:
    """Print a fresh pair of keys for web push, as settings."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    private = ec.generate_private_key(ec.SECP256R1())
    secret = private.private_numbers().private_value.to_bytes(32, "big")
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    for name, value in (("PUBLIC", public), ("PRIVATE", secret)):
        click.echo(f"{PREFIX}VAPID_{name}_KEY={urlsafe_b64encode(value).decode().rstrip('=')}")


COMMANDS = [notices_group]
