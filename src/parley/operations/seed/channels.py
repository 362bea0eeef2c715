"""The sample company's numbers, connected to the simulated WhatsApp as a person would connect real ones."""

from collections.abc import Callable
from uuid import UUID

from parley.channels import queries
from parley.channels.models import Channel
from parley.channels.services.connecting import CloudNumber, WahaSession, connect_cloud, connect_waha
from parley.channels.services.control import refresh
from parley.core.transactions import workspace_transaction
from parley.operations.seed.scripts import NUMBER, SESSION, UNPAIRED
from parley.operations.seed.whatsapp import SimulatedWhatsApp

SESSION_NAME = "loja-centro"
UNPAIRED_SESSION_NAME = "vendas-online"
PHONE_NUMBER_ID = "109800000000001"
ACCOUNT_ID = "102200000000001"
GRAPH_VERSION = "v24.0"


def channels_at(whatsapp: SimulatedWhatsApp, *, workspace_id: UUID, key: str) -> dict[str, Channel]:
    """Connect what is not connected yet: a session and a number with a past, and a session nobody paired.

    The session is not scanned yet, so that nobody writes to it before its past is told.
    """
    with workspace_transaction(workspace_id):
        connected = {channel.external_id for channel in queries.channels_of(workspace_id)}
    verbs: dict[str, Callable[[], UUID]] = {
        SESSION_NAME: lambda: connect_waha(
            workspace_id, _session(whatsapp, name="Loja Centro", session_name=SESSION_NAME, key=key)
        ),
        PHONE_NUMBER_ID: lambda: _connect_number(whatsapp, workspace_id=workspace_id, key=key),
        UNPAIRED_SESSION_NAME: lambda: connect_waha(
            workspace_id,
            _session(whatsapp, name="Vendas Online", session_name=UNPAIRED_SESSION_NAME, key=key),
        ),
    }
    for external_id, connect in verbs.items():
        if external_id not in connected:
            connect()
    with workspace_transaction(workspace_id):
        by_id = {channel.external_id: channel for channel in queries.channels_of(workspace_id)}
    return {
        SESSION: by_id[SESSION_NAME],
        NUMBER: by_id[PHONE_NUMBER_ID],
        UNPAIRED: by_id[UNPAIRED_SESSION_NAME],
    }


def open_for_customers(
    whatsapp: SimulatedWhatsApp, *, workspace_id: UUID, channels: dict[str, Channel]
) -> None:
    """Scan one session's code with the shop's phone; the other's is left for a visitor to scan."""
    whatsapp.scan(SESSION_NAME)
    refresh(workspace_id, channels[SESSION].id)
    whatsapp.wait_for_code(UNPAIRED_SESSION_NAME)
    refresh(workspace_id, channels[UNPAIRED].id)


def _session(whatsapp: SimulatedWhatsApp, *, name: str, session_name: str, key: str) -> WahaSession:
    # A first start that was broken off may have left the session behind at the server.
    return WahaSession(
        name=name, base_url=whatsapp.url, api_key=key, session_name=session_name, takes_over=True
    )


def _connect_number(whatsapp: SimulatedWhatsApp, *, workspace_id: UUID, key: str) -> UUID:
    number = {
        "phone_number_id": PHONE_NUMBER_ID,
        "display_phone_number": "+55 19 3211-0001",
        "verified_name": "Casa Lume",
    }
    whatsapp.add_numbers({"app_secret": key, "access_token": key, "waba_id": ACCOUNT_ID, "numbers": [number]})
    return connect_cloud(
        workspace_id,
        CloudNumber(
            name="Casa Lume Oficial",
            phone_number_id=PHONE_NUMBER_ID,
            access_token=key,
            app_secret=key,
            base_url=f"{whatsapp.url}/{GRAPH_VERSION}",
            waba_id=ACCOUNT_ID,
        ),
    )
