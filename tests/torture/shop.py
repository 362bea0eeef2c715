"""The company's numbers, the customers who write to them, and the replies that are queued."""

import json
import uuid
from dataclasses import dataclass
from uuid import UUID

from psycopg import OperationalError

from parley.channels.gateways import gateway_for
from parley.core.crypto import encrypt
from parley.core.ids import new_id
from tests.torture.programs import until
from tests.torture.world import World

SECRET = "the signature's own key"
VERIFY_TOKEN = "handshake"

_ADD_CHANNEL = """
INSERT INTO channel (workspace_id, id, name, provider, status, has_window, base_url, external_id,
                     credentials, webhook_token, webhook_secret, verify_token, throughput_mps)
VALUES (%(workspace)s, %(id)s, %(name)s, %(provider)s, 'working', %(has_window)s, %(base_url)s,
        %(external_id)s, %(credentials)s, %(token)s, %(secret)s, %(verify)s, %(per_second)s)
"""
_ADD_LEASES = """
INSERT INTO channel_lease (workspace_id, id, channel_id, purpose)
SELECT %(workspace)s, gen_random_uuid(), %(id)s, purpose FROM unnest(ARRAY['send', 'apply']) AS purpose
"""
_CONVERSATIONS = "SELECT id, contact_id FROM conversation WHERE channel_id = %(channel)s ORDER BY id"
_QUEUE = """
WITH queued AS (
  INSERT INTO message (workspace_id, id, conversation_id, channel_id, contact_id, direction, body, status,
                       client_id, client_ref, at)
  SELECT %(workspace)s, id, conversation_id, %(channel)s, contact_id, 'outbound', body, 'queued', id, ref,
         now()
  FROM unnest(%(id)s::uuid[], %(conversation_id)s::uuid[], %(contact_id)s::uuid[], %(body)s::text[],
              %(ref)s::text[]) AS new (id, conversation_id, contact_id, body, ref)
  ON CONFLICT DO NOTHING
  RETURNING id, conversation_id, at
), announced AS (
  INSERT INTO event (workspace_id, id, type, object_type, object_id, data, topics)
  SELECT %(workspace)s, gen_random_uuid(), 'message.queued', 'message', id, '{}', '{}' FROM queued
), shown AS (
  UPDATE conversation SET last_message_at = greatest(last_message_at, queued.at), updated_at = now()
  FROM queued
  WHERE conversation.workspace_id = %(workspace)s AND conversation.id = queued.conversation_id
)
SELECT pg_notify('parley_outbound', %(workspace)s::text || ':' || %(channel)s::text)
"""


@dataclass(frozen=True, slots=True)
class Number:
    """A connected channel with its plain secrets."""

    id: UUID
    provider: str
    external_id: str
    token: str
    secret: str = SECRET


@dataclass(frozen=True, slots=True)
class Chat:
    """An open conversation with a customer who has written."""

    id: UUID
    contact_id: UUID


def connect(
    world: World, provider: str, *, external_id: str = "", credentials: dict[str, str] | None = None,
    secret: str = SECRET, per_second: int | None = None, by_proxy: bool = False,
) -> Number:  # fmt: skip
    """A working channel as the channels domain stores it.

    `by_proxy` puts the provider proxy before the provider. It takes a connection before it knows whether the
    provider does, so that only `refuse` makes the provider unreachable there.
    """
    number = Number(new_id(), provider, external_id or uuid.uuid4().hex, uuid.uuid4().hex, secret)
    place = f"{world.workspace_id}:channel:{number.id}"
    base = f"http://127.0.0.1:{world.provider_proxy.port}" if by_proxy else world.whatsapp.url
    world.write(
        _ADD_CHANNEL,
        workspace=world.workspace_id,
        id=number.id,
        name=f"Loja {provider}",
        provider=provider,
        has_window=gateway_for(provider).has_window,
        base_url=f"{base}/v24.0" if provider == "cloud_api" else base,
        external_id=number.external_id,
        credentials=encrypt(json.dumps(credentials or {}).encode(), bound_to=f"{place}:credentials"),
        token=number.token,
        secret=encrypt(secret.encode(), bound_to=f"{place}:webhook_secret"),
        verify=encrypt(VERIFY_TOKEN.encode(), bound_to=f"{place}:verify_token"),
        per_second=per_second,
    )
    world.write(_ADD_LEASES, workspace=world.workspace_id, id=number.id)
    return number


def connect_at_simulator(
    world: World, provider: str, *, per_second: int | None = None, by_proxy: bool = False
) -> Number:
    """A channel whose other end is the simulator. Needs `simulator` and `edge` (or `root`)."""
    if provider == "waha":
        name = f"shop-{uuid.uuid4().hex[:8]}"
        keys = {"api_key": world.whatsapp.api_key}
        number = connect(
            world, "waha", external_id=name, credentials=keys, per_second=per_second, by_proxy=by_proxy
        )
        hook = f"{world.url}/hooks/{number.token}"
        world.whatsapp.add_session(name, webhook_url=hook, hmac_key=SECRET, engine="GOWS")
        return number
    app = world.whatsapp.add_cloud_app(app_secret=SECRET)
    external_id, keys = str(app["numbers"][0]), {"access_token": app["access_token"]}
    number = connect(
        world,
        "cloud_api",
        external_id=external_id,
        credentials=keys,
        per_second=per_second,
        by_proxy=by_proxy,
    )
    hook = f"{world.url}/hooks/{number.token}"
    world.whatsapp.add_cloud_app(app_secret=SECRET, callback_url=hook, verify_token=VERIFY_TOKEN)
    return number


def customers_write(world: World, number: Number, *, count: int) -> list[Chat]:
    """So many customers say hello on the simulator; their conversations, once all stand in the inbox."""
    first = len(world.rows("SELECT FROM contact"))
    for place in range(first, first + count):
        world.whatsapp.say(wa_id_of(place), "Oi!", channel=number.external_id)
    return until(lambda: chats_of(world, number, least=count), what=f"{count} conversations")


def chats_of(world: World, number: Number, *, least: int = 1) -> list[Chat]:
    """The channel's conversations, if there are at least so many."""
    found = [Chat(row["id"], row["contact_id"]) for row in world.rows(_CONVERSATIONS, channel=number.id)]
    return found if len(found) >= least else []


def queue(world: World, number: Number, chats: list[Chat], *, count: int) -> list[UUID]:
    """Queue so many replies over the chats, as the sending service does. A database away is waited for."""
    ids = [new_id() for _ in range(count)]
    gateway = gateway_for(number.provider)
    chosen = [chats[place % len(chats)] for place in range(count)]

    def write() -> bool:
        try:
            world.write(
                _QUEUE,
                workspace=world.workspace_id,
                channel=number.id,
                id=ids,
                conversation_id=[chat.id for chat in chosen],
                contact_id=[chat.contact_id for chat in chosen],
                body=[f"Resposta {id_}" for id_ in ids],
                ref=[gateway.client_ref_for(id_) for id_ in ids],
            )
        except OperationalError:
            return False
        return True

    until(write, seconds=60, what="the replies are queued")
    return ids


def wa_id_of(place: int) -> str:
    """The n-th customer's number: a mobile phone in Campinas."""
    return f"551999{place:07d}"
