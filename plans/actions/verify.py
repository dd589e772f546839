"""How often one address may try a check code.

Each try takes a place, and `add` of the cache that lies in the database is one statement that
either takes it or finds it taken: a counter that is read and written back lets guesses through
which arrive at once.
"""

from __future__ import annotations

import ipaddress

from django.core.cache import cache

PLACES = 10
SECONDS = 60


def may_try(address: str) -> bool:
    """Take one of the places of `address`; each is free again after a minute."""
    whose = _network(address)
    return any(cache.add(f"verify-{whose}-{place}", 1, SECONDS) for place in range(PLACES))


def _network(address: str) -> str:
    """One subscriber holds a whole IPv6 network of 64 bits."""
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((int(ip), 64), strict=False).network_address)
