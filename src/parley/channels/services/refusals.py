"""A number that says it works while what it should send is refused: payment, a lock, a token's permissions.

What it says of itself is then no news, or each look would let it send into the same refusal again. It counts
again when a person checks or restarts the number or gives it another key, when its state changes by the
provider's word, or when the provider judges that it may send, after a pause that grows with each refusal.
A message that was refused for the number's sake waits, so the try costs none.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace as with_changes

from parley.channels import queries
from parley.channels.models import Channel
from parley.channels.services import provider
from parley.channels.services.state import REFUSED

_PAUSE: Final = timedelta(hours=1)
_LONGEST: Final = timedelta(hours=24)
_LATELY: Final = timedelta(days=3)


def doubted(channel: Channel, reading: provider.Reading, *, at: datetime) -> provider.Reading:
    """The reading; without its word that the number works, where a refusal stands. Inside a transaction."""
    if reading.state.status != "working" or not _stands(channel, reading, at=at):
        return reading
    return replace(
        reading, state=with_changes(reading.state, status="failed", detail=channel.error_message or None)
    )


def _stands(channel: Channel, reading: provider.Reading, *, at: datetime) -> bool:
    told = channel.metadata.get(REFUSED)
    if channel.status != "failed" or told is None:
        return False
    if not reading.can_send:  # of a session nobody says so: a restart tells
        return True
    return at < datetime.fromisoformat(told) + _pause(queries.times_failed(channel, since=at - _LATELY))


def _pause(times: int) -> timedelta:
    return min(_PAUSE * (1 << min(max(times - 1, 0), 10)), _LONGEST)
