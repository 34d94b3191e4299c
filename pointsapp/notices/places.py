"""Which places out there are called at all; and how a browser's push service writes its keys. Nothing here calls anybody."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit


def is_outside(address: str) -> bool:
    """Tell whether an IP address is a public one: no loopback, private, link-local, shared, reserved or multicast one."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif found.sixtofour is not None or found.teredo is not None:
            return False  # a tunnel may lead anywhere
    return found.is_global and not found.is_multicast


def may_be_called(url: str, *, inside: bool = False) -> bool:
    """Tell whether `url` has the form of something we call: https at its usual port, no sign-in in it; anything where `inside`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or any(ord(char) <= 32 for char in url) or not url.isascii():
        return False
    if inside:
        return parts.scheme in ("http", "https")
    if parts.scheme != "https" or port not in (None, 443):
        return False
    try:
        return is_outside(parts.hostname)
    except ValueError:  # a name, not an address
        return "." in parts.hostname


def unpadded(text: str) -> bytes:
    """Return the bytes of base64url text without padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
