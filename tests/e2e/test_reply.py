"""An agent answers, and the answer's ticks turn."""

import re

from playwright.sync_api import expect

from tests.e2e.agent import Agent
from tests.e2e.phone import Phone
from tests.e2e.stack import Customer


def test_an_agent_takes_it_and_everybody_sees_whose_it_is(
    alice: Agent, bob: Agent, phone: Phone, customer: Customer
) -> None:
    phone.say("Oi, boa tarde")
    alice.open_inbox()
    bob.open_inbox()
    bob.open(customer)
    bob.choose("Assign to me")
    expect(bob.page.locator("[data-thread] > header small")).to_contain_text("you")
    expect(alice.rows(customer).get_by_label("With Bob Barros")).to_be_visible()


def test_the_ticks_turn_as_the_phone_receives_and_reads(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Tem cadeira de jantar?")
    bob.open_inbox()
    bob.open(customer)
    bob.send("Temos, em duas cores.")
    expect(bob.words).to_have_value("")
    bob.expect_tick("duas cores", "delivered")
    phone.pick_up()
    expect(phone.bubble("duas cores")).to_be_visible()
    bob.expect_tick("duas cores", "read")


def test_one_tick_while_the_phone_is_off(bob: Agent, phone: Phone, customer: Customer) -> None:
    from parley.simulator.configuration import ONLY_SENT
    from tests.e2e.stack import AT_ONCE_BUT_UNREAD

    phone.say("Oi")
    bob.open_inbox()
    bob.open(customer)
    phone.whatsapp.set_pace(ONLY_SENT)
    try:
        bob.send("Chega amanhã")
        expect(bob.bubble("amanhã").locator(".tick")).to_have_attribute(
            "data-status", re.compile("accepted|sent")
        )
    finally:
        phone.whatsapp.set_pace(AT_ONCE_BUT_UNREAD)


def test_a_second_enter_or_click_sends_nothing_more(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Qual o prazo?")
    bob.open_inbox()
    bob.open(customer)
    bob.words.fill("Dez dias úteis")
    if bob.screen.is_phone:
        bob.page.locator("[data-send]").dblclick()
    else:
        bob.words.press("Enter")
        bob.words.press("Enter")
    bob.expect_tick("Dez dias", "delivered")
    expect(bob.bubble("Dez dias")).to_have_count(1)
    assert phone.sent_by_shop() == ["Dez dias úteis"]


def test_an_emoji_goes_into_the_words(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Chegou, amei!")
    bob.open_inbox()
    bob.open(customer)
    bob.words.fill("Que bom ")
    bob.page.get_by_role("button", name="Emoji", exact=True).click()
    bob.page.get_by_role("searchbox", name="Search emoji").fill("heart")
    bob.page.locator("#emoji-picker .choices button").first.click()
    bob.send()
    bob.expect_tick("Que bom", "delivered")
    assert re.fullmatch(r"Que bom [^\w\s]+", phone.sent_by_shop()[0])


def test_a_note_stays_with_the_team(alice: Agent, bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Posso pagar na entrega?")
    bob.open_inbox()
    alice.open_inbox()
    alice.open(customer)
    bob.open(customer)
    bob.page.get_by_role("button", name="Note", exact=True).click()
    bob.send("Cliente antiga, pode confiar")
    expect(bob.page.locator(".bubble.note")).to_have_count(1)
    expect(alice.page.locator(".bubble.note")).to_contain_text("pode confiar")
    bob.send("Pode sim!")
    bob.expect_tick("Pode sim", "delivered")
    assert phone.sent_by_shop() == ["Pode sim!"]


def test_half_written_words_wait_for_their_author(bob: Agent, phone: Phone, customer: Customer) -> None:
    phone.say("Fazem sob medida?")
    bob.open_inbox()
    bob.open(customer)
    bob.words.fill("Fazemos, me passa as")
    bob.go("channels/")
    bob.open_inbox()
    expect(bob.rows(customer)).to_contain_text("Draft: Fazemos, me passa as")
    bob.open(customer)
    expect(bob.words).to_have_value("Fazemos, me passa as")
    assert phone.sent_by_shop() == []
