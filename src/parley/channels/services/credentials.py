"""The keys of a channel: ciphertext in the row, bound to it, and plain text for one call only.

A ciphertext that was moved to another row does not open, so the places below are part of the stored format.
"""

import json
from collections.abc import Mapping
from uuid import UUID

from parley.channels.gateways.neutral import Credentials
from parley.channels.models import Channel
from parley.core.crypto import decrypt, encrypt


def seal_credentials(workspace_id: UUID, channel_id: UUID, secrets: Mapping[str, str]) -> bytes:
    """What is needed to call the provider, for the column `credentials`."""
    plain = json.dumps(dict(secrets), separators=(",", ":"), sort_keys=True)
    return encrypt(plain.encode(), bound_to=f"{workspace_id}:channel:{channel_id}:credentials")


def seal_webhook_secret(workspace_id: UUID, channel_id: UUID, secret: str) -> bytes:
    """The key of the provider's signatures, for the column `webhook_secret`."""
    return encrypt(secret.encode(), bound_to=f"{workspace_id}:channel:{channel_id}:webhook_secret")


def seal_verify_token(workspace_id: UUID, channel_id: UUID, token: str) -> bytes:
    """The word that a handshake must know, for the column `verify_token`."""
    return encrypt(token.encode(), bound_to=f"{workspace_id}:channel:{channel_id}:verify_token")


def credentials_for(channel: Channel) -> Credentials:
    """Everything a gateway needs to call for this channel. Raises `CannotDecrypt` for a moved ciphertext."""
    place = f"{channel.workspace_id}:channel:{channel.id}"
    secrets = json.loads(decrypt(bytes(channel.credentials), bound_to=f"{place}:credentials"))
    webhook_secret = decrypt(bytes(channel.webhook_secret), bound_to=f"{place}:webhook_secret")
    secrets["webhook_secret"] = webhook_secret.decode()
    return Credentials(
        base_url=channel.base_url,
        external_id=channel.external_id,
        secrets=secrets,
        config=channel.config,
    )


def verify_token_of(channel: Channel) -> str:
    """The verify token in plain text; empty for a provider without a handshake.

    It proves nothing about a message (the signature does), and the person has to type it at the provider.
    """
    if channel.verify_token is None:
        return ""
    place = f"{channel.workspace_id}:channel:{channel.id}:verify_token"
    return decrypt(bytes(channel.verify_token), bound_to=place).decode()
