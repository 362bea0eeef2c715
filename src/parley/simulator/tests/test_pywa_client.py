"""pywa, a published client, drives the simulated Cloud API as its users drive Meta's."""

import pathlib
from collections.abc import Iterator

import pytest
from pywa import WhatsApp, errors
from pywa.types import Button, Contact, Pagination, Section, SectionList, SectionRow, URLButton
from pywa.types import templates as t

from parley.simulator.testing import Simulator
from parley.simulator.tests.cloud_people import ACCOUNT, APP, MARINA, NUMBER, TOKEN

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def shop(whatsapp: Simulator) -> Simulator:
    whatsapp.add_cloud_app()
    return whatsapp


@pytest.fixture
def pywa(shop: Simulator) -> Iterator[WhatsApp]:
    client = WhatsApp(phone_id=NUMBER, token=TOKEN, waba_id=ACCOUNT, app_id=APP)
    client.api._session.base_url = f"{shop.url}/v26.0"
    yield client
    client.api._session.close()


def test_it_sends_everything(shop: Simulator, pywa: WhatsApp) -> None:
    written = shop.say(MARINA, "Oi")
    card = Contact(name=Contact.Name(formatted_name="Ana Ribeiro", first_name="Ana"))
    rows = SectionList("Ver", sections=[Section("Mesas", rows=[SectionRow("Redonda", "round", "120 cm")])])
    sent = [
        pywa.send_message(MARINA, "Olá", tracker="ours-1", reply_to_message_id=written),
        pywa.send_message(MARINA, "Certo?", header="Pedido", footer="Casa", buttons=[Button("Sim", "yes")]),
        pywa.send_message(MARINA, "O quê?", buttons=rows),
        pywa.send_message(MARINA, "Veja", buttons=URLButton("Abrir", "https://example.com")),
        pywa.send_image(MARINA, PNG, caption="Mesa", mime_type="image/png"),
        pywa.send_document(MARINA, b"%PDF-1", filename="planta.pdf", mime_type="application/pdf"),
        pywa.send_location(MARINA, -22.9, -47.06, name="Loja"),
        pywa.send_contact(MARINA, card),
        pywa.send_template(MARINA, "hello", t.TemplateLanguage.PORTUGUESE_BR),
    ]
    pywa.send_reaction(MARINA, "❤️", written)
    assert [entry.id for entry in shop.ledger()][:-1] == [one.id for one in sent]
    chat = shop.chat(MARINA)
    assert chat[0].reactions == {"shop": "❤️"}
    assert [message.type for message in chat[1:]] == [
        "text", "interactive", "interactive", "interactive", "image", "document", "location", "contacts",
        "template",
    ]  # fmt: skip
    assert (chat[1].quoted_id, chat[1].callback) == (written, "ours-1")
    assert pywa.mark_message_as_read(written).success
    assert pywa.indicate_typing(written).success
    assert shop.chat(MARINA)[0].status == "read"


def test_it_uploads_and_downloads(pywa: WhatsApp, tmp_path: pathlib.Path) -> None:
    media = pywa.upload_media(PNG, mime_type="image/png", filename="mesa.png")
    url = pywa.get_media_url(media.id)
    assert (url.mime_type, int(url.file_size)) == ("image/png", len(PNG))
    assert pywa.get_media_bytes(url.url) == PNG
    assert pywa.download_media(url=url.url, path=tmp_path, filename="a.png").read_bytes() == PNG
    assert pywa.delete_media(media.id).success
    with pytest.raises(errors.WhatsAppError):
        pywa.get_media_url(media.id)


def test_it_manages_templates(shop: Simulator, pywa: WhatsApp) -> None:
    body = t.BodyText("Olá {{name}}, o pedido {{order}} saiu.", name="Ana", order="7")
    image = t.HeaderImage(example=PNG, mime_type="image/png")
    made = pywa.create_template(
        t.Template(
            name="pedido_saiu",
            category=t.TemplateCategory.UTILITY,
            language=t.TemplateLanguage.PORTUGUESE_BR,
            parameter_format=t.ParamFormat.NAMED,
            components=[image, body, t.Buttons(buttons=[t.QuickReplyButton(text="Parar")])],
        )
    )
    assert pywa.get_template(made.id).name == "pedido_saiu"
    for number in range(4):
        shop.add_template(name=f"outro_{number}")
    page = pywa.get_templates(pagination=Pagination(limit=2))
    assert (len(page), page.has_next) == (2, True)
    rest = pywa.get_templates(pagination=Pagination(limit=10, after=page.after))
    assert (len(rest), rest.has_next, rest.has_previous) == (3, False, True)
    found = pywa.get_templates(name="pedido", statuses=[t.TemplateStatus.APPROVED])
    assert [template.id for template in found] == [made.id]
    shop.enforce(templates=True)
    with pytest.raises(errors.TemplateNotExists):
        pywa.send_template(MARINA, "nada", t.TemplateLanguage.PORTUGUESE_BR)
    with pytest.raises(errors.WhatsAppError) as refusal:
        pywa.send_template(MARINA, "pedido_saiu", t.TemplateLanguage.PORTUGUESE_BR)
    assert refusal.value.code in {132000, 132012}
    filled = [t.HeaderImage.params(image=PNG, mime_type="image/png"), body.params(name="Ana", order="8")]
    pywa.send_template(MARINA, "pedido_saiu", t.TemplateLanguage.PORTUGUESE_BR, params=filled)
    assert shop.ledger()[-1].type == "template"
    assert pywa.delete_template("pedido_saiu").success
    assert len(pywa.get_templates()) == 4


def test_it_reads_and_changes_the_number(shop: Simulator, pywa: WhatsApp) -> None:
    number = pywa.get_business_phone_number()
    assert (number.id, number.verified_name) == (NUMBER, "Casa Lume")
    assert [one.id for one in pywa.get_business_phone_numbers()] == [NUMBER]
    assert pywa.get_business_account().id == ACCOUNT
    pywa.update_business_profile(about="Móveis", websites=["https://example.com"])
    assert pywa.get_business_profile().about == "Móveis"
    pywa.update_commerce_settings(is_cart_enabled=False)
    assert pywa.get_commerce_settings().is_cart_enabled is False
    pywa.get_business_phone_number_settings()
    pywa.update_conversational_automation(ice_breakers=["Oi"])
    shop.say(MARINA, "Oi")
    pywa.block_users([MARINA])
    assert [user.wa_id for user in pywa.get_blocked_users()] == [MARINA]
    pywa.unblock_users([MARINA])
    assert list(pywa.get_blocked_users()) == []
    code = pywa.create_qr_code("Oi")
    assert [one.code for one in pywa.get_qr_codes()] == [code.code]
    assert pywa.delete_qr_code(code.code).success
    assert pywa.register_phone_number(pin="123456").success
    assert pywa.deregister_phone_number().success
    with pytest.raises(errors.WhatsAppError) as refusal:
        pywa.send_message(MARINA, "Olá")
    assert refusal.value.code == 133010


def test_it_knows_refusals_by_their_class(shop: Simulator, pywa: WhatsApp) -> None:
    with pytest.raises(errors.ReEngagementMessage):
        pywa.send_message(MARINA, "Olá")
    shop.fault("cloud", "throttle", match="/messages")
    with pytest.raises(errors.RateLimitHit):
        pywa.send_message(MARINA, "Olá")
    shop.change_app(APP, is_revoked=True)
    with pytest.raises(errors.ExpiredAccessToken):
        pywa.send_message(MARINA, "Olá")
