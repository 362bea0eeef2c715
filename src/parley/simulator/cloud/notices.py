"""Everything else that Meta tells by webhook: of accounts, numbers, templates, people, calls and groups.

Shapes as in Meta's webhook reference of 2026. Each verb changes nothing but tells; `field` tells anything at
all, with what Meta would say unless the order says otherwise.
"""

from parley.core.errors import Invalid
from parley.simulator.cloud.outbox import Outbox
from parley.simulator.cloud.samples import ACCOUNT_FIELDS, NUMBER_FIELDS, Facts
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
        person = next(iter(self.world.people.values()), None) or self.world.person(ANYBODY)
        facts = Facts(
            number=number,
            account=self.world.accounts[number.account_id],
            person=person,
            now=int(self.world.now()),
        )
        sample = ACCOUNT_FIELDS.get(field) or NUMBER_FIELDS.get(field)
        if sample is None:
            known = ", ".join(sorted({**ACCOUNT_FIELDS, **NUMBER_FIELDS}))
            raise Invalid(f"There is no field {field}. Fields: {known}.")
        value = order["value"] if isinstance(order.get("value"), dict) else {**sample(facts), **order}
        if field in NUMBER_FIELDS:
            self.outbox.put_for_number(number, field, value)
        else:
            self.outbox.put_for_account(number.account_id, field, value)
        return {"field": field, "value": value}


def identity_of(template: Template) -> Json:
    """The id is a number in webhooks."""
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
