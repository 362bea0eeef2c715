"""Which addresses Parley may call: public ones, and the networks that the operator named.

A URL is judged twice. `check_url` reads it when somebody saves it; `parley.core.http` judges the resolved
address again at the moment of connecting, and connects to exactly the address it judged.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Final

from yarl import URL

from parley.core.environment import Network
from parley.core.errors import ParleyError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

REFUSAL: Final = (
    "Parley does not call this address. Use a public http or https address without a user name in it."
)
"""One text for every refusal, so that it tells nothing about what listens there."""

_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_NEVER: Final[tuple[Network, ...]] = (
    ipaddress.IPv4Network("192.88.99.0/24"),  # relays of 6to4
    ipaddress.IPv6Network("2001::/23"),  # Teredo and other protocol assignments
    ipaddress.IPv6Network("2002::/16"),  # 6to4: an IPv4 address in disguise
    ipaddress.IPv6Network("3fff::/20"),  # documentation
)
_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMERIC_LABEL: Final = re.compile(r"\d+|0x[0-9a-f]*")


class AddressRefused(ParleyError):
    """The guard refused an address. Nothing was sent, nothing was connected."""

    def __init__(self) -> None:
        super().__init__(REFUSAL)


def may_connect(address: IPAddress, allowed_networks: Iterable[Network] = ()) -> bool:
    """Whether an address is public, or inside a network that the operator allowed."""
    return any(address in network for network in allowed_networks) or _is_public(address)


def check_url(url: str, allowed_networks: Iterable[Network] = (), *, resolve: bool = False) -> URL:
    """The parsed URL, or `AddressRefused`.

    With `resolve` the name is looked up too (blocking): for the moment of saving. A name that has no address
    today is accepted, since the connection will be judged again.
    """
    networks = tuple(allowed_networks)
    parsed = _parse(url)
    host = parsed.raw_host or ""
    literal = _literal(host)
    if literal is not None:
        if not may_connect(literal, networks):
            raise AddressRefused
        return _as_written(url, parsed)
    if _NAME.fullmatch(host) is None or (not networks and f".{host}".endswith(".localhost")):
        raise AddressRefused
    if resolve and not _resolves_well(host, networks):
        raise AddressRefused
    return _as_written(url, parsed)


def _parse(url: str) -> URL:
    if "\\" in url or any(character <= " " or character == "\x7f" for character in url):
        raise AddressRefused
    try:
        parsed = URL(url)
        port = parsed.port
    except (ValueError, TypeError):
        raise AddressRefused from None
    if parsed.scheme not in {"http", "https"} or not parsed.raw_host or port == 0:
        raise AddressRefused
    # An empty user name ("http://@host") leaves no trace in the parsed parts, so the text is read as well.
    if parsed.raw_user is not None or parsed.raw_password is not None or "@" in parsed.raw_authority:
        raise AddressRefused
    if "@" in url.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]:
        raise AddressRefused
    return parsed


def _as_written(url: str, parsed: URL) -> URL:
    """The URL without any escape rewritten, since a signed address may not bear that; the host as judged."""
    exact = URL(url, encoded=True)
    same = (exact.scheme, exact.raw_host, exact.port) == (parsed.scheme, parsed.raw_host, parsed.port)
    return exact if url.isascii() and same and exact.raw_path else parsed


def _literal(host: str) -> IPAddress | None:
    """The address that a host spells out; None for a name. Only the usual spelling passes."""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host)
        except ValueError:
            raise AddressRefused from None
    if _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]) is None:
        return None
    # "2130706433", "0x7f.1" and "0177.0.0.1" mean 127.0.0.1 to some resolvers: only four decimal parts pass.
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        raise AddressRefused from None


def _resolves_well(host: str, networks: tuple[Network, ...]) -> bool:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return any(may_connect(ipaddress.ip_address(entry[4][0]), networks) for entry in found)


def _is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (
        address not in _GLOBAL_UNICAST or address.scope_id is not None
    ):
        return False  # mapped, NAT64, unique local, link local, multicast: none lies in 2000::/3
    if any(address in network for network in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
