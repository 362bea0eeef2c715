"""Provider words stay with their gateway: everything else speaks the neutral language."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dev.lints.finding import Finding

# What stands in a provider's JSON, headers and addresses.
PROTOCOL = re.compile(
    r"wamid|@c\.us|@lid\b|@s\.whatsapp\.net|biz_opaque_callback_data|messaging_product|hub\.(?:challenge|mode|verify)|"
    r"x-hub-signature|x-webhook-hmac|graph\.facebook|/api/send(?:Text|Image|File|Voice|Video)|message\.ack\b",
    re.IGNORECASE,
)
# What a provider is called, also inside longer names.
PROVIDERS = re.compile(r"waha|cloud_api|cloudapi", re.IGNORECASE)

_KNOW_THE_PROTOCOL = (
    "src/parley/channels/gateways/waha",
    "src/parley/channels/gateways/cloud_api",
    "src/parley/simulator",
    # They play the provider, as tests do.
    "benchmarks",
)
_KNOW_THE_PROVIDERS = (
    *_KNOW_THE_PROTOCOL,
    # The domain that connects them, and asks a person for their keys.
    "src/parley/channels",
    # Who starts the simulated ones, and connects the sample company to them.
    "src/parley/cli/simulator.py",
    "src/parley/operations/seed",
    "src/parley/operations/demo_check",
)


def check(path: PurePosixPath, text: str) -> Iterator[Finding]:
    """Look for the words, line by line, comments included: what is explained there is known there."""
    if "tests" in path.parts or path.parts[0] == "dev":
        return
    knows_protocol = _is_in(path, _KNOW_THE_PROTOCOL)
    knows_providers = _is_in(path, _KNOW_THE_PROVIDERS)
    for number, line in enumerate(text.splitlines(), 1):
        found = None if knows_protocol else PROTOCOL.search(line)
        if found is None and not knows_providers:
            found = PROVIDERS.search(line)
        if found is not None:
            remedy = f"{found[0]!r} is a provider's word: it stays in its gateway's folder."
            yield Finding(number, "provider-word", remedy)


def _is_in(path: PurePosixPath, places: tuple[str, ...]) -> bool:
    return any(str(path).startswith(place) for place in places)
