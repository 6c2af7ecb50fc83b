"""Who is on this machine: the one reader of /metrics that nobody has to let in."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# What a proxy adds. With one of them the connection is a proxy's, and whoever asked may be anywhere.
_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")


def is_nearby(environ: Mapping[str, Any]) -> bool:
    """Return whether a request was made on this machine, and handed on by nobody."""
    if any(name in environ for name in _FORWARDED):
        return False
    # Werkzeug's proxy layer puts another address in its place, and keeps the connection's own.
    connection = environ.get("werkzeug.proxy_fix.orig", environ)
    try:
        peer = ip_address(connection.get("REMOTE_ADDR") or "")
    except ValueError:
        return False
    if isinstance(peer, IPv6Address) and peer.ipv4_mapped is not None:
        peer = peer.ipv4_mapped
    return peer.is_loopback
