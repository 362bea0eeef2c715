"""One person, one number, whichever way WhatsApp or a person writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core.phone import e164, from_wa_id, international, variants

DIGITS = st.text(alphabet="0123456789", max_size=16)
NATIONAL = st.text(alphabet="0123456789", min_size=7, max_size=11)
TROUBLESOME = st.builds(str.__add__, st.sampled_from(["55", "52", "521", "54", "549", "39", "1"]), NATIONAL)


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("5519987654321", "+5519987654321"),
        ("551987654321", "+5519987654321"),
        ("551932345678", "+551932345678"),
        ("5215512345678", "+525512345678"),
        ("525512345678", "+525512345678"),
        ("541123456789", "+5491123456789"),
        ("5491123456789", "+5491123456789"),
        ("351912345678", "+351912345678"),
        ("390612345678", "+390612345678"),
    ],
)
def test_whatsapp_spellings_become_one(spelled: str, canonical: str) -> None:
    assert from_wa_id(spelled) == canonical
    assert spelled in variants(canonical)


@pytest.mark.parametrize(
    ("typed", "region", "canonical"),
    [
        ("(19) 98765-4321", "BR", "+5519987654321"),
        ("(19) 8765-4321", "BR", "+5519987654321"),
        ("019 3234-5678", "br", "+551932345678"),
        ("+52 1 55 1234 5678", "BR", "+525512345678"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
        ("+1 650 253 0000", "", "+16502530000"),
        ("912 345 678", "PT", "+351912345678"),
    ],
)
def test_what_people_type(typed: str, region: str, canonical: str) -> None:
    assert e164(typed, region) == canonical


@pytest.mark.parametrize(
    "nonsense", ["", "+", "abc", "12", "+999999999999999999", "١٢٣٤٥٦٧٨٩٠", "\x00", "\ud800"]
)
def test_nonsense_is_no_number(nonsense: str) -> None:
    assert e164(nonsense, "BR") is None or nonsense.isnumeric()
    assert from_wa_id(nonsense) is None


def test_people_read_groups() -> None:
    assert international("+5519987654321") == "+55 19 98765-4321"
    assert international("not a number") == "not a number"


@given(DIGITS | TROUBLESOME)
def test_canonical_is_a_fixed_point(digits: str) -> None:
    number = from_wa_id(digits)
    if number is not None:
        assert from_wa_id(number.removeprefix("+")) == number
        assert e164(number, "BR") == number


@given(DIGITS | TROUBLESOME)
def test_every_variant_leads_back(digits: str) -> None:
    number = from_wa_id(digits)
    if number is not None:
        spelled = variants(number)
        assert spelled[0] == number.removeprefix("+")
        assert {from_wa_id(one) for one in spelled} == {number}


@given(st.text(), st.sampled_from(["BR", "US", "", "XX", "AR", "MX"]))
def test_any_text_is_answered(text: str, region: str) -> None:
    number = e164(text, region)
    assert number is None or (number.startswith("+") and number[1:].isascii() and number[1:].isdigit())
