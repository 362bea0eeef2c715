"""How a call to a provider fails. Part of `neutral`."""

from typing import Literal

from parley.channels.gateways.number import ChannelStatus
from parley.core.errors import ParleyError

GatewayErrorKind = Literal["refused", "throttled", "unreachable", "uncertain"]
Consequence = Literal["throttle", "later", "never", "stop_person", "stop_number", "unknown"]
"""What a failure means for the next message.

throttle: wait a little, then send this. later: this person not before tomorrow. never: this message never.
stop_person: no marketing to this person any more. stop_number: nothing through this number until someone
acts.
"""


class GatewayError(ParleyError):
    """A call to the provider did not succeed.

    refused: the provider read it and said no (final for this message; `stops_channel` when no other message
    could succeed either). throttled: nothing was sent, slow down. unreachable: no byte of the request was
    written. uncertain: nobody can know whether the provider acted.
    `consequence` is what it means for the messages after this one; `about_person`: for those to the same
    person alone, not for the whole number.
    """

    def __init__(
        self,
        kind: GatewayErrorKind,
        message: str,
        *,
        code: str = "",
        http_status: int | None = None,
        retry_after: float | None = None,
        stops_channel: bool = False,
        consequence: Consequence | None = None,
        about_person: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.code = code
        self.http_status = http_status
        self.retry_after = retry_after
        self.stops_channel = stops_channel
        self.about_person = about_person
        self.consequence: Consequence = consequence or _consequence(kind, stops_channel=stops_channel)


def _consequence(kind: GatewayErrorKind, *, stops_channel: bool) -> Consequence:
    if stops_channel:
        return "stop_number"
    if kind == "refused":
        return "never"
    return "throttle" if kind in {"throttled", "unreachable"} else "unknown"


class ChannelNotWorking(GatewayError):
    """The number is not connected just now: nothing was sent, and nothing goes out until it is `working`.

    `state` is what the provider says the number is instead.
    """

    def __init__(self, state: ChannelStatus, message: str, *, http_status: int | None = None) -> None:
        # A starting channel comes up by itself; every other state waits for a person or a restart.
        starting = state == "starting"
        super().__init__(
            "throttled",
            message,
            code=f"channel_{state}",
            http_status=http_status,
            retry_after=10.0,
            stops_channel=not starting,
        )
        self.state = state
