"""What channels refuse, and what a provider's failure means to the person at the screen."""

from typing import Literal

from parley.channels.gateways.neutral import GatewayError
from parley.core.errors import Conflict, DomainError

TroubleField = Literal["address", "key", "number", ""]

_UNKNOWN_NUMBER = frozenset({"33", "100", "803", "133010"})
"""Codes with which a provider says that the key is fine and the number is not there."""


class AlreadyConnected(Conflict):
    """The workspace has this number."""

    code = "already_connected"

    def __init__(self) -> None:
        super().__init__("This number is connected already: you find it in the list of channels.")


class SessionExists(Conflict):
    """The server has a session of that name, which somebody else may be using."""

    code = "session_exists"

    def __init__(self, session_name: str) -> None:
        super().__init__(
            f"The server has a session named “{session_name}” already. Choose another name, or tick “Take "
            "over”: its webhooks are then replaced by Parley's, and its phone stays connected."
        )


class NothingToPair(Conflict):
    """There is no session that waits for a phone."""

    code = "nothing_to_pair"

    def __init__(self) -> None:
        super().__init__("This number does not wait for a phone at present.")


class NoSession(Conflict):
    """The verb is for sessions, and this number is none."""

    code = "no_session"

    def __init__(self) -> None:
        super().__init__("This number has no phone to disconnect: it is a number of the Cloud API.")


class CannotReadBack(Conflict):
    """The number is not connected just now, or its provider remembers nothing that could be read."""

    code = "cannot_read_back"

    def __init__(self) -> None:
        super().__init__("Only a session that works can be read back.")


class ChannelTrouble(DomainError):
    """The provider could not be asked, or said no. `field` is what most likely has to be put right."""

    status = 502
    code = "channel_trouble"

    def __init__(self, message: str, *, field: TroubleField = "", is_final: bool = False) -> None:
        super().__init__(message)
        self.field = field
        self.is_final = is_final


def trouble_from(error: GatewayError, *, base_url: str) -> ChannelTrouble:
    """The failure of a call in words that name the address, the likely cause and the remedy."""
    if error.code == "address_refused":
        return address_refused(base_url)
    if error.kind == "unreachable":
        return ChannelTrouble(
            f"Nothing answers at {base_url}. {_first_sentence(error.message)} Check that the server runs and "
            "that the address and port are right. Nothing was changed.",
            field="address",
        )
    if error.code in _UNKNOWN_NUMBER:
        return ChannelTrouble(error.message, field="number", is_final=True)
    if error.kind == "refused" and error.stops_channel:
        return ChannelTrouble(error.message, field="key", is_final=True)
    if error.code.startswith("http_") or error.code in {"not_json", "not_meta", "not_waha"}:
        return ChannelTrouble(error.message, field="address", is_final=error.kind == "refused")
    return ChannelTrouble(error.message, is_final=error.kind == "refused")


def address_refused(url: str) -> ChannelTrouble:
    """The guard said no. The same words for every refused address, so that they tell nothing about it."""
    return ChannelTrouble(
        f"Parley may not call {url}. Use a public http or https address. For a server in your own network "
        "the operator adds that network to PARLEY_GATEWAY_NETWORKS, for example 127.0.0.0/8, and restarts "
        "Parley.",
        field="address",
        is_final=True,
    )


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."
