"""Meta's webhooks on their way out: to whom, several in one POST, signed with the app's secret."""

import hashlib
import hmac
import json

from msgspec import Struct

from parley.simulator.courier import Courier
from parley.simulator.records import App, Delivery, Json, Number
from parley.simulator.world import World

AGENT = "facebookexternalua"
BODY_LIMIT = 3 * 1024 * 1024
LISTS = ("contacts", "messages", "statuses")


class Change(Struct, frozen=True, kw_only=True):
    account_id: str
    field: str
    value: Json
    channel: str


class Outbox:
    """Changes wait here for others of the same address, as long as the world's delivery habits say."""

    def __init__(self, world: World, courier: Courier) -> None:
        self.world = world
        self.courier = courier
        self._waiting: dict[tuple[str, str], list[Change]] = {}

    def put_for_number(self, number: Number, field: str, what: Json) -> None:
        """A change with the number's metadata, for the number's own address where it has one."""
        value = {"messaging_product": "whatsapp", "metadata": metadata_of(number), **what}
        self._put(number.account_id, self.callback_of(number), field, value=value, channel=number.channel)

    def put_for_account(self, account_id: str, field: str, value: Json) -> None:
        account = self.world.accounts[account_id]
        url = account.override_url or self.world.app_of(account_id).callback_url
        self._put(account_id, url if account.subscribed else "", field, value=value, channel="")

    def callback_of(self, number: Number) -> str:
        """The number's own address wins over the account's, and that over the app's."""
        account = self.world.accounts[number.account_id]
        if number.override_url:
            return number.override_url
        if not account.subscribed:
            return ""
        return account.override_url or self.world.app_of(account.id).callback_url

    def _put(self, account_id: str, url: str, field: str, *, value: Json, channel: str) -> None:
        if not url:
            return
        app = self.world.app_of(account_id)
        change = Change(account_id=account_id, field=field, value=value, channel=channel)
        habits = self.world.delivery_habits
        if habits.batch <= 1:
            self._post(app, url, [change])
            return
        waiting = self._waiting.setdefault((app.id, url), [])
        waiting.append(change)
        if len(waiting) >= habits.batch:
            self._flush(app.id, url)
        elif len(waiting) == 1:
            self.world.clock.after(habits.batch_seconds, lambda: self._flush(app.id, url))

    def _flush(self, app_id: str, url: str) -> None:
        changes = self._waiting.pop((app_id, url), [])
        if changes and app_id in self.world.apps:
            self._post(self.world.apps[app_id], url, changes)

    def _post(self, app: App, url: str, changes: list[Change]) -> None:
        """One delivery of all, or two halves where the body would be longer than Meta's."""
        body = self._body(changes)
        if len(body) > BODY_LIMIT and len(changes) > 1:
            middle = len(changes) // 2
            self._post(app, url, changes[:middle])
            self._post(app, url, changes[middle:])
            return
        first = changes[0]
        kind = "statuses" if "statuses" in first.value else first.field
        self.courier.send(
            Delivery(
                id=self.world.identities.secret(),
                api="cloud",
                event=kind,
                channel=first.channel,
                url=url,
                headers={
                    "content-type": "application/json",
                    "user-agent": AGENT,
                    "X-Hub-Signature-256": f"sha256={sign(app.secret, body.encode())}",
                },
                body=body,
                waits=[
                    seconds / self.world.configuration.retry_speed
                    for seconds in self.world.configuration.cloud_retry_seconds
                ],
            )
        )

    def _body(self, changes: list[Change]) -> str:
        now = int(self.world.now())
        payload = {"object": "whatsapp_business_account", "entry": entries_of(changes, now=now)}
        return json.dumps(payload, separators=(",", ":"))  # Meta escapes what is not ASCII, and signs that


def entries_of(changes: list[Change], *, now: int) -> list[Json]:
    """An entry for each account; neighbours about the same number's messages share a value."""
    entries: dict[str, Json] = {}
    for change in changes:
        entry = entries.setdefault(change.account_id, {"id": change.account_id, "time": now, "changes": []})
        last = entry["changes"][-1] if entry["changes"] else None
        if last is not None and may_share(last, change):
            for name in LISTS:
                if name in change.value:
                    known = last["value"].setdefault(name, [])
                    known.extend(item for item in change.value[name] if item not in known)
        else:
            copied = {name: list(part) if name in LISTS else part for name, part in change.value.items()}
            entry["changes"].append({"value": copied, "field": change.field})
    return list(entries.values())


def may_share(last: Json, change: Change) -> bool:
    """Messages with messages and statuses with statuses of one number."""
    if last["field"] != "messages" or change.field != "messages":
        return False
    is_same_number = last["value"].get("metadata") == change.value.get("metadata")
    return is_same_number and ("statuses" in last["value"]) == ("statuses" in change.value)


def metadata_of(number: Number) -> Json:
    return {"display_phone_number": number.digits, "phone_number_id": number.id}


def sign(secret: str, body: bytes) -> str:
    """Meta's signature: HMAC-SHA256 of the raw body in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
