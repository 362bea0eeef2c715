"""What an outgoing message may be made of beyond text and files: the shapes in `message.content`.

Each stands under the key of its type: `interactive`, `template`, `poll`, `contacts`. A header that is a
picture, a video or a document is the message's own file; a header that is a place is its location. The text
between header and footer is the message's body. Limits are the provider's; the composing service checks them.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

InteractiveKind = Literal[
    "buttons", "list", "link", "flow", "product", "products", "catalog", "location_request"
]
ButtonKind = Literal["quick_reply", "url", "copy_code", "flow", "catalog"]


class Choice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One button or row. `id` comes back when the customer chooses it."""

    id: str
    title: str
    description: str = ""


class Section(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a list; `choices` for a list, `products` (the catalogue's own ids) for products."""

    title: str = ""
    choices: list[Choice] = field(default_factory=list)
    products: list[str] = field(default_factory=list)


class Interactive(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message that the customer answers by tapping.

    `button` is the label that opens the list, the link or the flow. `flow_data` is given to the flow's first
    screen.
    """

    kind: InteractiveKind
    header: str = ""
    footer: str = ""
    buttons: list[Choice] = field(default_factory=list)
    button: str = ""
    sections: list[Section] = field(default_factory=list)
    url: str = ""
    flow_id: str = ""
    flow_token: str = ""
    flow_screen: str = ""
    flow_data: dict[str, Any] = field(default_factory=dict)
    catalog_id: str = ""
    product_id: str = ""


class Value(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands for one variable of a template. `name` where the template's variables have names."""

    text: str
    name: str = ""


class TemplateButton(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the button at `index` (from 0) carries: payload, end of the address, code or flow token."""

    index: int
    kind: ButtonKind
    value: str = ""


class TemplateCard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One card of a carousel. `header_link` is a file at an address that Meta can reach."""

    header_kind: Literal["image", "video"] = "image"
    header_link: str = ""
    header_id: str = ""
    body: list[Value] = field(default_factory=list)
    buttons: list[TemplateButton] = field(default_factory=list)


class Template(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An approved template with its variables filled in."""

    name: str
    language: str
    header: list[Value] = field(default_factory=list)
    body: list[Value] = field(default_factory=list)
    buttons: list[TemplateButton] = field(default_factory=list)
    cards: list[TemplateCard] = field(default_factory=list)


class Poll(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question with options."""

    name: str
    options: list[str]
    multiple: bool = False


class ContactCard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody's card. `phones` in E.164."""

    name: str
    phones: list[str] = field(default_factory=list)
    organization: str = ""
    emails: list[str] = field(default_factory=list)


def interactive_in(content: Mapping[str, Any]) -> Interactive:
    """The interactive part. Raises `msgspec.ValidationError` for what is none."""
    return msgspec.convert(content.get("interactive"), Interactive)


def template_in(content: Mapping[str, Any]) -> Template:
    """The template part, as `interactive_in`."""
    return msgspec.convert(content.get("template"), Template)


def poll_in(content: Mapping[str, Any]) -> Poll:
    """The poll, as `interactive_in`."""
    return msgspec.convert(content.get("poll"), Poll)


def contacts_in(content: Mapping[str, Any]) -> list[ContactCard]:
    """The cards, as `interactive_in`."""
    return msgspec.convert(content.get("contacts"), list[ContactCard])
