"""Webhooks of our own making, signed, for tests of the edge."""

import hashlib
import hmac
import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from parley.engines.tests.running import SECRET

Json = dict[str, Any]


def post(
    url: str, body: bytes, headers: dict[str, str] | None = None, *, method: str = "POST"
) -> tuple[int, Any]:
    """One request; the answer's status and its JSON, or its text."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 80, timeout=10)
    try:
        connection.request(method, f"{where.path}?{where.query}", body=body, headers=headers or {})
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    try:
        return answer.status, json.loads(text)
    except ValueError:
        return answer.status, text.decode()


def signed_cloud(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}


def signed_waha(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
    return {
        "Content-Type": "application/json", "X-Webhook-Hmac": digest, "X-Webhook-Hmac-Algorithm": "sha512",
    }  # fmt: skip


def cloud_body(number_id: str, **value: Any) -> bytes:
    """One change of field `messages` for a number."""
    content = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551932110000", "phone_number_id": number_id},
        **value,
    }
    envelope = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "time": 1, "changes": [{"field": "messages", "value": content}]}],
    }
    return json.dumps(envelope).encode()


def cloud_text(number_id: str, *, wa_id: str, id: str, text: str, name: str = "Marina Souza") -> bytes:  # noqa: A002
    """A customer's text message."""
    return cloud_body(
        number_id,
        contacts=[{"profile": {"name": name}, "wa_id": wa_id}],
        messages=[
            {"from": wa_id, "id": id, "timestamp": str(int(time.time())), "type": "text",
             "text": {"body": text}}
        ],
    )  # fmt: skip


def cloud_status(number_id: str, *, id: str, status: str, at: int = 0, **extra: Any) -> bytes:  # noqa: A002
    """What became of a message of ours."""
    entry = {
        "id": id,
        "status": status,
        "timestamp": str(at or int(time.time())),
        "recipient_id": "1",
        **extra,
    }
    return cloud_body(number_id, statuses=[entry])
