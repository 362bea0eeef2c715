"""Meta's check of an address before it sends webhooks there."""

import secrets

from parley.simulator.cloud.errors import GraphRefusal
from parley.simulator.courier import Courier


class Handshake:
    def __init__(self, courier: Courier) -> None:
        self.courier = courier

    async def shake(self, url: str, verify_token: str) -> None:
        """GET with a challenge that must come back as it is. Raises 2200 with what was wrong."""
        challenge = str(secrets.randbelow(10**9) + 10**9)
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        status, answer = await self.courier.handshake(url, query)
        if status is None:
            raise GraphRefusal(
                2200, f"(#2200) Callback verification failed: no connection to the URL ({answer})."
            )
        if status != 200 or answer.strip() != challenge:
            raise GraphRefusal(
                2200,
                "(#2200) Callback verification failed with the following errors: HTTP Status Code ="
                f" {status}; challenge {'matched' if answer.strip() == challenge else 'did not match'}.",
            )
