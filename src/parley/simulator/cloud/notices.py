"""Everything else that Meta tells by webhook: of accounts, numbers, templates, people, calls and groups.

Shapes as in Meta's webhook reference of 2026. Each verb changes nothing but tells; `field` tells anything at
all, with what Meta would say unless the order says otherwise.
"""

from collections.abc import Callable

from parley.core.errors import Invalid
from parley.simulator.cloud.outbox import Outbox
from parley.simulator.cloud.shapes import contact_of
from parley.simulator.records import Json, Number, Person, Template
from parley.simulator.world import World

ANYBODY = "5519998761234"


class Notices:
    def __init__(self, world: World, outbox: Outbox) -> None:
        self.world = world
        self.outbox = outbox

    # Templates

    def template_status(self, template: Template) -> None:
        value: Json = {
            "event": template.status,
            **identity_of(template),
            "reason": template.rejected_reason,
            "message_template_category": template.category,
        }
        if template.status == "REJECTED":
            advice = "Separate parameters with descriptive text."
            value["rejection_info"] = {"reason": "The template was not accepted.", "recommendation": advice}
        elif template.status == "PAUSED":
            count = ("FIRST", "SECOND")[min(template.pauses, 2) - 1]
            value["other_info"] = {
                "title": f"{count}_PAUSE",
                "description": "Your template has been paused because of its quality.",
            }
        elif template.status == "DISABLED":
            value["disable_info"] = {"disable_date": int(self.world.now())}
        self.outbox.put_for_account(template.account_id, "message_template_status_update", value)

    def template_quality(self, template: Template, *, before: str) -> None:
        value = {
            "previous_quality_score": before,
            "new_quality_score": template.quality,
            **identity_of(template),
        }
        self.outbox.put_for_account(template.account_id, "message_template_quality_update", value)

    def template_category(self, template: Template, *, before: str) -> None:
        value = {**identity_of(template), "previous_category": before, "new_category": template.category}
        self.outbox.put_for_account(template.account_id, "template_category_update", value)

    def template_components(self, template: Template) -> None:
        texts = {str(part.get("type", "")).upper(): str(part.get("text", "")) for part in template.components}
        names = {"HEADER": "title", "BODY": "element", "FOOTER": "footer"}
        value = identity_of(template) | {
            f"message_template_{names[kind]}": text for kind, text in texts.items() if kind in names
        }
        self.outbox.put_for_account(template.account_id, "message_template_components_update", value)

    # People

    def preference(self, number: Number, person: Person, *, value: str) -> None:
        """`stop` or `resume` of marketing messages. The time is a number here."""
        preference: Json = {
            **({} if person.hides_number else {"wa_id": person.wa_id}),
            "user_id": person.user_id,
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(self.world.now()),
        }
        what = {"contacts": [contact_of(person)], "user_preferences": [preference]}
        self.outbox.put_for_number(number, "user_preferences", what)

    def identity(self, number: Number, person: Person, *, kind: str, facts: Json) -> None:
        """A `system` message: somebody changed the number, the user id or the device."""
        system = {"body": f"{person.name}: {kind}", "type": kind, **facts}
        message = {
            "from": person.wa_id,
            "from_user_id": person.user_id,
            "id": self.world.identities.wamid(person.wa_id),
            "timestamp": str(int(self.world.now())),
            "type": "system",
            "system": system,
        }
        if kind == "customer_identity_changed":
            stamp = str(int(self.world.now()))
            message["identity"] = {"acknowledged": True, "created_timestamp": stamp, "hash": "Sjvjlx8G6Z0="}
        self.outbox.put_for_number(
            number, "messages", {"contacts": [contact_of(person)], "messages": [message]}
        )

    # Anything

    def tell(self, number: Number, field: str, order: Json) -> Json:
        """Send a webhook of this field. `order` is laid over the usual value, and its `value` replaces it.

        Raises `Invalid` for a field that Meta does not have.
        """
        samples = {**self._account_samples(number), **self._number_samples(number)}
        if field not in samples:
            raise Invalid(f"There is no field {field}. Fields: {', '.join(sorted(samples))}.")
        value = order["value"] if isinstance(order.get("value"), dict) else {**samples[field](), **order}
        if field in self._number_samples(number):
            self.outbox.put_for_number(number, field, value)
        else:
            self.outbox.put_for_account(number.account_id, field, value)
        return {"field": field, "value": value}

    def _account_samples(self, number: Number) -> dict[str, Callable[[], Json]]:
        digits = number.digits
        account = self.world.accounts[number.account_id]
        return {
            "account_update": lambda: {
                "event": "ACCOUNT_VIOLATION",
                "violation_info": {"violation_type": "SPAM"},
            },
            "account_review_update": lambda: {"decision": account.review},
            "account_alerts": lambda: {
                "entity_type": "PHONE_NUMBER",
                "entity_id": number.id,
                "alert_severity": "INFORMATIONAL",
                "alert_status": "NONE",
                "alert_type": "OBA_APPROVED",
                "alert_description": "An official business account was approved.",
            },
            "business_capability_update": lambda: {
                "max_daily_conversations_per_business": 2000,
                "max_phone_numbers_per_waba": 25,
            },
            "phone_number_quality_update": lambda: {
                "display_phone_number": digits,
                "event": "ONBOARDING",
                "current_limit": account.messaging_limit,
                "max_daily_conversations_per_business": account.messaging_limit,
            },
            "phone_number_name_update": lambda: {
                "display_phone_number": digits,
                "decision": "APPROVED",
                "requested_verified_name": number.verified_name,
                "rejection_reason": None,
            },
            "business_username_update": lambda: {
                "display_phone_number": digits,
                "username": number.username or "casalume",
                "status": "approved",
            },
            "security": lambda: {
                "display_phone_number": digits,
                "event": "PIN_CHANGED",
                "requester": "61555822107539",
            },
            "payment_configuration_update": lambda: {
                "configuration_name": "pix",
                "provider_name": "stripe",
                "provider_mid": "acc_1",
                "status": "Active",
                "created_timestamp": int(self.world.now()),
                "updated_timestamp": int(self.world.now()),
            },
            "partner_solutions": lambda: {
                "event": "SOLUTION_CREATED",
                "solution_id": "303610109049230",
                "solution_status": "PENDING",
            },
            "flows": lambda: {
                "event": "FLOW_STATUS_CHANGE",
                "message": "Flow changed from DRAFT to PUBLISHED",
                "flow_id": "6627390910605886",
                "old_status": "DRAFT",
                "new_status": "PUBLISHED",
            },
        }

    def _number_samples(self, number: Number) -> dict[str, Callable[[], Json]]:
        stamp = str(int(self.world.now()))
        person = next(iter(self.world.people.values()), None) or self.world.person(ANYBODY)
        group = {"timestamp": stamp, "group_id": "Y2FwaV9ncm91cDox", "request_id": "784D93D0C468593"}
        member = {"input": person.wa_id, "wa_id": person.wa_id}
        about = {"contacts": [contact_of(person)]}

        def call() -> Json:
            wacid = f"wacid.{self.world.identities.secret()[:20]}"
            return {
                **about,
                "calls": [
                    {
                        "id": wacid,
                        "from": person.wa_id,
                        "to": number.digits,
                        "event": "connect",
                        "timestamp": stamp,
                        "direction": "USER_INITIATED",
                        "session": {"sdp": "v=0", "sdp_type": "offer"},
                    }
                ],
            }

        def contact_sync() -> Json:
            card = {
                "full_name": person.name,
                "first_name": person.name.split()[0],
                "phone_number": person.wa_id,
            }
            sync = {"type": "contact", "contact": card, "action": "add", "metadata": {"timestamp": stamp}}
            return {"state_sync": [sync]}

        return {
            "messages": lambda: {**about, "messages": []},
            "calls": call,
            "user_preferences": lambda: {**about, "user_preferences": []},
            "smb_app_state_sync": contact_sync,
            "smb_message_echoes": lambda: {**about, "message_echoes": []},
            "history": lambda: {"history": []},
            "group_lifecycle_update": lambda: {
                "groups": [
                    {**group, "type": "group_create", "subject": "Mesa", "added_participants": [member]}
                ]
            },
            "group_participants_update": lambda: {
                "groups": [{**group, "type": "group_participants_add", "added_participants": [member]}]
            },
            "group_settings_update": lambda: {
                "groups": [{**group, "type": "group_settings_update", "group_subject": {"text": "Mesa nova"}}]
            },
            "group_status_update": lambda: {"groups": [{**group, "type": "group_suspend"}]},
            "automatic_events": lambda: {
                "automatic_events": [
                    {"id": "ABGGFlA5Fpa", "event_name": "LeadSubmitted", "timestamp": int(stamp)}
                ]
            },
            "message_echoes": lambda: {"message_echoes": []},
        }


def identity_of(template: Template) -> Json:
    """The id is a number in webhooks."""
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
