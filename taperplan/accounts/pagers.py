"""Which addresses a pager may have: those that whoever installed the product allowed.

An administrator types the address and the server asks it, so without a list it could be made to
ask what stands behind the clinic's wall. `PAGER_HOSTS` names hosts; a host that resolves to an
address of this machine or of a private network is refused unless that address, or its network,
stands in the list too. Looked at when it is typed, and again at the other end of the connection.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_PORTS = {"https": 443, "http": 80}
ANY_PORT = "*"


def allowed(url: str) -> bool:
    """Whether the list names its host and port. Without a port, an entry means the scheme's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    usual = _PORTS.get(parts.scheme)
    port = parts.port or usual
    return any(
        _names(entry_host, host) and entry_port in (ANY_PORT, str(port))
        for entry_host, entry_port in _entries(str(usual))
    )


def peer_allowed(peer: str) -> bool:
    """Whether a message may be handed to the machine at this address."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_global and not address.is_multicast:
        return True
    return any(address in network for network in _networks())


def _names(entry: str, host: str) -> bool:
    if entry.startswith("*."):
        return host.endswith(entry[1:]) and host != entry[1:]
    return bool(host) and entry == host


def _entries(usual: str) -> Iterator[tuple[str, str]]:
    for written in settings.PAGER_HOSTS:
        entry = written.strip().lower()
        if entry.startswith("["):
            host, _bracket, port = entry[1:].partition("]")
            yield host, port.lstrip(":") or usual
        elif entry.count(":") > 1:
            yield entry, usual
        else:
            host, _colon, port = entry.partition(":")
            yield host, port or usual


def _networks() -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for host in [entry for entry, _port in _entries("")] + list(settings.PAGER_HOSTS):
        try:
            yield ipaddress.ip_network(host.strip(), strict=False)
        except ValueError:
            continue
