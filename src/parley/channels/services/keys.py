"""Another key for a number that is connected. Called outside of any transaction, like `control`."""

from uuid import UUID

from msgspec.structs import replace

from parley.channels import queries
from parley.channels.errors import trouble_from
from parley.channels.events import ChannelChanged
from parley.channels.gateways.neutral import ChannelNotWorking, GatewayError
from parley.channels.services import provider
from parley.channels.services.asking import ask_plainly
from parley.channels.services.control import record_reading
from parley.channels.services.credentials import credentials_for, seal_credentials, seal_webhook_secret
from parley.channels.services.state import add_to_history, write
from parley.core.clock import now
from parley.core.events import announce
from parley.core.transactions import workspace_transaction


def replace_keys(workspace_id: UUID, channel_id: UUID, *, key: str = "", app_secret: str = "") -> None:
    """Store a new key, proven at the provider first, and a new app secret, which only a webhook can prove.

    An empty one stays as it is. Raises `ChannelTrouble` when the new key does not open the number; the old
    one is then still in place.
    """
    with workspace_transaction(workspace_id):
        channel = queries.channel_of(workspace_id, channel_id)
    held = credentials_for(channel).secrets
    kept = {name: value for name, value in held.items() if name != "webhook_secret"}
    secrets = {**kept, provider.key_name(channel): key} if key else kept
    at = now()
    reading = None
    try:
        proven = replace(credentials_for(channel), secrets=secrets)
        reading = ask_plainly(proven, provider.read_state(channel)) if key else None
    except ChannelNotWorking:
        pass  # it answered about the session, so it took the key
    except GatewayError as error:
        raise trouble_from(error, base_url=channel.base_url) from error
    with workspace_transaction(workspace_id):
        channel = queries.locked_channel(workspace_id, channel_id)
        write(channel, credentials=seal_credentials(workspace_id, channel_id, secrets))
        if app_secret and not provider.has_sessions(channel):
            write(channel, webhook_secret=seal_webhook_secret(workspace_id, channel_id, app_secret))
        add_to_history(channel, "key_replaced")
        announce(workspace_id, ChannelChanged(object_id=channel_id))
    if reading is not None:
        record_reading(workspace_id, channel_id, reading, at=at)
