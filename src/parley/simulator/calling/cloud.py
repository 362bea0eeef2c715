"""What a test asks of the simulated Cloud API beyond its own calls."""

from typing import Any, Literal

import msgspec

from parley.simulator.calling.caller import Caller
from parley.simulator.configuration import DeliveryHabits
from parley.simulator.records import Json


class CloudHandle(Caller):
    def add_cloud_app(self, *, callback_url: str = "", verify_token: str = "", **order: object) -> Json:
        """A Cloud API app with its numbers, in place of the one before: app_secret, access_token, waba_id,
        numbers and how the handshake went."""
        body = {"callback_url": callback_url, "verify_token": verify_token, "replace": True, **order}
        return dict(self._simulator("POST", "cloud/apps", body))

    def change_app(self, app_id: str, *, is_revoked: bool) -> None:
        """Take the app's token away, or give it back."""
        self._simulator("POST", f"cloud/apps/{app_id}", {"is_revoked": is_revoked})

    def change_account(self, account_id: str, **facts: object) -> Json:
        return dict(self._simulator("POST", f"cloud/accounts/{account_id}", facts))

    def change_number(self, number_id: str, **facts: object) -> Json:
        return dict(self._simulator("POST", f"cloud/numbers/{number_id}", facts))

    def add_template(self, account_id: str = "102200000000001", **facts: object) -> Json:
        """A template that Meta knows already; `name` is needed."""
        return dict(self._simulator("POST", f"cloud/accounts/{account_id}/templates", facts))

    def change_template(self, template_id: str, **facts: object) -> Json:
        """Meta's word on a template: `status`, `reason`, `quality`, `category`, `components`."""
        return dict(self._simulator("POST", f"cloud/templates/{template_id}", facts))

    def tell(self, number_id: str, field: str, **value: object) -> Json:
        """A webhook of any field. What is given is laid over what Meta usually says."""
        return dict(self._simulator("POST", f"cloud/numbers/{number_id}/webhooks/{field}", value))

    def tell_history(self, number_id: str, *, is_declined: bool = False) -> int:
        """The chats of a number in coexistence as `history`; how many webhooks it took."""
        order = {"is_declined": is_declined}
        return int(self._simulator("POST", f"cloud/numbers/{number_id}/history", order)["webhooks"])

    def enforce(self, **limits: object) -> Json:
        """Which limits hold; `all=True` for all as Meta has them. Counting begins anew."""
        return dict(self._simulator("POST", "cloud/limits", limits))

    def limits(self) -> Json:
        return dict(self._simulator("GET", "cloud/limits"))

    def deliver(self, habits: DeliveryHabits) -> None:
        """How webhooks come from now on."""
        self._simulator("POST", "cloud/deliveries", msgspec.to_builtins(habits))

    # Customers

    def tap(
        self, wa_id: str, message_id: str, choice: str = "", *, channel: str | None = None, **answers: Any
    ) -> str:
        """The customer taps a button or row, or fills in a flow. Answers the id of what was written."""
        order = {"channel": channel, "message_id": message_id, "choice": choice, "answers": answers}
        return str(self._simulator("POST", f"people/{wa_id}/taps", order)["id"])

    def prefer_marketing(
        self, wa_id: str, value: Literal["stop", "resume"], *, channel: str | None = None
    ) -> None:
        self._simulator("POST", f"people/{wa_id}/marketing", {"channel": channel, "value": value})

    def move_person(self, wa_id: str, **order: object) -> Json:
        """Another phone number (given as `to`), another device (nothing), `username`, `hides_number`."""
        if "to" in order:
            order["wa_id"] = order.pop("to")
        return dict(self._simulator("POST", f"people/{wa_id}/identity", order))

    def call_shop(
        self, wa_id: str, phase: str, *, call_id: str = "", seconds: int = 60, channel: str | None = None
    ) -> str:
        """One phase of a customer's call: connect, missed, rejected, completed, failed. Answers its id."""
        order = {"channel": channel, "phase": phase, "call_id": call_id, "seconds": seconds}
        return str(self._simulator("POST", f"people/{wa_id}/cloud-calls", order)["call_id"])
