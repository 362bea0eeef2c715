"""Channels for tests, connected through the same verbs as a person's."""

from itertools import count
from uuid import UUID

from parley.access.tests.factories import Person
from parley.channels import queries
from parley.channels.models import Channel, ChannelEvent
from parley.channels.services.connecting import CloudNumber, WahaSession, connect_cloud, connect_waha
from parley.core.models import Event
from parley.core.transactions import workspace_transaction
from parley.simulator.testing import Simulator

WAHA_KEY = "simulator-key"

_number = count(1)


def unused_name() -> str:
    """A session name that no other test uses at the same simulator."""
    return f"shop-{next(_number)}"


def make_session(person: Person, whatsapp: Simulator, *, name: str = "Shop") -> Channel:
    """A session of the person's workspace, waiting for its phone."""
    session = WahaSession(
        name=name, base_url=whatsapp.url, api_key=WAHA_KEY, session_name=unused_name(), takes_over=False
    )
    channel_id = connect_waha(person.workspace.id, session)
    channel = _read(person, channel_id)
    whatsapp.until(lambda: whatsapp.session_status(channel.external_id) == "SCAN_QR_CODE")
    return channel


def make_number(person: Person, whatsapp: Simulator, *, name: str = "Main") -> Channel:
    """A business number of the person's workspace."""
    app = whatsapp.add_cloud_app()
    number = CloudNumber(
        name=name,
        phone_number_id=app["numbers"][0],
        access_token=app["access_token"],
        app_secret=app["app_secret"],
        base_url=f"{whatsapp.url}/v24.0",
        waba_id=app["waba_id"],
    )
    return _read(person, connect_cloud(person.workspace.id, number))


def reread(person: Person, channel: Channel) -> Channel:
    """The row as it is now, removed or not."""
    return _read(person, channel.id)


def _read(person: Person, channel_id: UUID) -> Channel:
    with workspace_transaction(person.workspace.id):
        return Channel.objects.get(id=channel_id)


def channels_of(person: Person) -> list[Channel]:
    """What the person's workspace has."""
    with workspace_transaction(person.workspace.id):
        return queries.channels_of(person.workspace.id)


def history(person: Person, channel: Channel) -> list[ChannelEvent]:
    """The latest first."""
    with workspace_transaction(person.workspace.id):
        return queries.history_of(channel)


def announced(person: Person, channel: Channel) -> list[Event]:
    """What was announced about the channel, in order."""
    with workspace_transaction(person.workspace.id):
        return list(Event.objects.filter(object_id=channel.id).order_by("seq"))
