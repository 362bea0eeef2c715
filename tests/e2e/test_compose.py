"""Polls, contact cards and buttons: what an agent composes reaches the phone, and the answer comes back."""

from playwright.sync_api import Locator, expect

from tests.e2e.agent import Agent
from tests.e2e.phone import Phone
from tests.e2e.stack import NUMBER, Customer

BUSINESS = f"cloud:{NUMBER}"


def open_dialog(agent: Agent, kind: str) -> Locator:
    """The form behind an entry of the attach menu."""
    agent.page.get_by_role("button", name="Attach").click()
    agent.page.get_by_role("menuitem", name=kind).click()
    return agent.page.get_by_role("dialog")


def fill_options(form: Locator, *options: str) -> None:
    """Each after Enter in the one before."""
    form.get_by_label("Option 1", exact=True).fill(options[0])
    for number, option in enumerate(options[1:], 2):
        form.get_by_label(f"Option {number - 1}", exact=True).press("Enter")
        expect(form.get_by_label(f"Option {number}", exact=True)).to_be_focused()
        form.get_by_label(f"Option {number}", exact=True).fill(option)


def test_a_poll_is_sent_once_and_the_vote_comes_back(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Ainda não sei qual cor")
    bob.open_inbox()
    bob.open(customer)
    form = open_dialog(bob, "Poll")
    form.get_by_label("Question").fill("Qual acabamento?")
    fill_options(form, "Carvalho", "Nogueira", "Laca", "Cru")
    form.get_by_role("button", name="Send").dblclick()
    phone.pick_up()
    phone.bubble("Qual acabamento?").get_by_role("button", name="Nogueira").click()
    poll = bob.bubble("Qual acabamento?")
    expect(poll.locator(".chosen")).to_have_text("NogueiraCustomer")
    expect(poll).to_have_count(1)
    assert len(phone.sent_by_shop()) == 1


def test_two_options_that_are_the_same_are_refused_at_once(
    bob: Agent, phone: Phone, customer: Customer
) -> None:
    phone.say("Oi")
    bob.open_inbox()
    bob.open(customer)
    form = open_dialog(bob, "Poll")
    form.get_by_label("Question").fill("Qual cor?")
    fill_options(form, "Azul", "Azul")
    form.get_by_role("button", name="Send").click()
    expect(form).to_be_visible()
    assert phone.sent_by_shop() == []


def test_buttons_reach_the_customer_and_the_tap_comes_back(
    bob: Agent, phone: Phone, customer: Customer
) -> None:
    phone.channel = BUSINESS
    phone.say("Podem entregar amanhã?")
    bob.open_inbox()
    bob.open(customer)
    form = open_dialog(bob, "Buttons or a list")
    form.get_by_label("Text").fill("Que horário prefere?")
    fill_options(form, "De manhã", "À tarde")
    form.get_by_role("button", name="Send").click()
    bob.expect_tick("Que horário", "delivered")
    asked = next(
        one for one in phone.whatsapp.chat(customer.wa_id, channel=BUSINESS) if "horário" in one.body
    )
    phone.whatsapp.tap(customer.wa_id, asked.id, "À tarde", channel=BUSINESS)
    answer = bob.page.locator("[data-thread] .bubble.in", has_text="À tarde")
    expect(answer.locator(".quote")).to_contain_text("Que horário prefere?")


def test_more_options_become_a_list(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.channel = BUSINESS
    phone.say("Quando entregam?")
    bob.open_inbox()
    bob.open(customer)
    form = open_dialog(bob, "Buttons or a list")
    form.get_by_label("Text").fill("Escolha um dia")
    expect(form.get_by_label("What opens the list")).to_be_hidden()
    fill_options(form, "Segunda", "Terça", "Quarta", "Quinta")
    form.get_by_label("What opens the list").fill("Ver os dias")
    form.get_by_role("button", name="Send").click()
    bob.expect_tick("Escolha um dia", "delivered")
    bob.bubble("Escolha um dia").locator("summary").click()
    expect(bob.bubble("Escolha um dia").locator("details li")).to_have_text(
        ["Segunda", "Terça", "Quarta", "Quinta"]
    )


def test_a_card_is_sent_by_keyboard_alone(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Com quem falo sobre a entrega?")
    bob.open_inbox()
    bob.open(customer)
    bob.page.get_by_role("button", name="Attach").focus()
    bob.page.keyboard.press("Enter")
    bob.page.get_by_role("menuitem", name="Contact").focus()
    bob.page.keyboard.press("Enter")
    form = bob.page.get_by_role("dialog")
    form.get_by_label("Name").focus()
    bob.page.keyboard.type("Rui Nogueira")
    bob.page.keyboard.press("Tab")
    bob.page.keyboard.type("+55 19 99876-0001")
    bob.page.keyboard.press("Enter")
    bob.expect_tick("Rui Nogueira", "delivered")
    phone.pick_up()
    expect(phone.bubble("Rui Nogueira")).to_be_visible()


def test_what_a_number_cannot_send_is_not_offered(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.channel = BUSINESS
    phone.say("Oi")
    bob.open_inbox()
    bob.open(customer)
    bob.page.get_by_role("button", name="Attach").click()
    expect(bob.page.get_by_role("menuitem", name="Buttons or a list")).to_be_visible()
    expect(bob.page.get_by_role("menuitem", name="Poll")).to_be_hidden()


def test_the_customer_sees_that_somebody_writes(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Tem alguém aí?")
    phone.pick_up()
    bob.open_inbox()
    bob.open(customer)
    bob.words.press_sequentially("Oi")
    expect(phone.page.get_by_text("typing…")).to_be_visible()
