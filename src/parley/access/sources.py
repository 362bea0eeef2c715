"""Where a request comes from, believing only proxies that the operator named."""

import ipaddress

from django.http import HttpRequest

from parley.core.environment import environment

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def source_of(request: HttpRequest) -> str:
    """The client's address; for IPv6 its /64, which is one customer.

    X-Forwarded-For is read from the right, as far as it was written by proxies in PARLEY_TRUSTED_PROXIES:
    what a client puts there itself changes nothing. Empty where the server knows no address.
    """
    address = _parse(request.META.get("REMOTE_ADDR", ""))
    if address is None:
        return ""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while _is_trusted(address) and forwarded:
        previous = _parse(forwarded.pop())
        if previous is None:
            break
        address = previous
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return str(address)


def _is_trusted(address: IPAddress) -> bool:
    return any(address in network for network in environment().trusted_proxies)


def _parse(text: str) -> IPAddress | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
