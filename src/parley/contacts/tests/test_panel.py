"""The contact beside their conversation."""

from typing import Any

from parley.access.tests.factories import Cast, make_person
from parley.contacts.models import Contact, ContactIdentity
from parley.contacts.tests.factories import make_contact
from parley.core.ids import new_id
from parley.core.transactions import workspace_transaction


def test_the_panel_shows_who_it_is(cast: Cast, capture_queries: Any) -> None:
    contact = make_contact(workspace_id=cast.bob.workspace.id, profile_name="Marina", tags=("vip",))
    address = cast.bob.url(f"contacts/{contact.id}/panel/")
    cast.bob.client.get(address)
    with capture_queries() as queries:
        answer = cast.bob.client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("Marina", "+55 19 98765-4321", "vip", "Not asked"):
        assert shown in page
    assert "<html" not in page
    assert len(queries) == 8, "session, user, membership, contact, identities, suppression, consent, doubts"


def test_codes_are_words_and_ids_are_put_away(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.bob.workspace.id)
    with workspace_transaction(cast.bob.workspace.id):
        Contact.objects.filter(id=contact.id).update(language="pt_BR", country="BR")
        for kind, value in (("lid", "9001@lid"), ("username", "marina")):
            ContactIdentity.objects.create(
                id=new_id(),
                workspace_id=cast.bob.workspace.id,
                contact_id=contact.id,
                kind=kind,
                value=value,
            )
    page = cast.bob.client.get(cast.bob.url(f"contacts/{contact.id}/panel/")).text
    assert "<dd>Portuguese (Brazil)</dd>" in page
    assert "<dd>Brazil</dd>" in page
    assert page.index("marina") < page.index("<details") < page.index("9001@lid") < page.index("</details>")


def test_text_of_others_is_escaped(cast: Cast) -> None:
    evil = "<script>alert(1)</script>"
    contact = make_contact(workspace_id=cast.bob.workspace.id, profile_name=evil, tags=(evil,))
    with workspace_transaction(cast.bob.workspace.id):
        Contact.objects.filter(id=contact.id).update(attributes={evil: evil}, notes=evil)
    page = cast.bob.client.get(cast.bob.url(f"contacts/{contact.id}/panel/")).content.decode()
    assert evil not in page
    assert "&lt;script&gt;" in page


def test_strangers_see_nothing(cast: Cast) -> None:
    contact = make_contact(workspace_id=cast.alice.workspace.id)
    for path in ("panel/", "name/"):
        for address in (
            cast.alice.url(f"contacts/{contact.id}/{path}"),
            cast.charlie.url(f"contacts/{contact.id}/{path}"),
            cast.charlie.url(f"contacts/{new_id()}/{path}"),
        ):
            assert cast.charlie.client.get(address).status_code == 404


def test_an_auditor_sees_it_and_is_offered_no_change(cast: Cast) -> None:
    olga = make_person(workspace=cast.alice.workspace, first_name="Olga", role="auditor")
    contact = make_contact(workspace_id=cast.alice.workspace.id)
    page = olga.client.get(olga.url(f"contacts/{contact.id}/panel/"))
    assert page.status_code == 200
    assert "<form" not in page.content.decode()
    assert olga.client.get(olga.url(f"contacts/{contact.id}/name/")).status_code == 403
