"""The providers that Parley speaks to, by the name that a channel stores."""

from typing import Final

from parley.channels.gateways import cloud_api, waha
from parley.channels.gateways.gateway import Gateway

PROVIDERS: Final[tuple[str, ...]] = ("waha", "cloud_api")

_GATEWAYS: Final[dict[str, Gateway]] = {"waha": waha.gateway, "cloud_api": cloud_api.gateway}


def gateway_for(provider: str) -> Gateway:
    """The gateway of a provider. Raises `KeyError` for a name that is not in `PROVIDERS`."""
    return _GATEWAYS[provider]
