"""Phone numbers that WhatsApp knows under another form than people write them."""


def digits_of(text: str) -> str:
    return "".join(mark for mark in text if mark in "0123456789")


def variants(digits: str) -> list[str]:
    """The forms under which the same person may be known, the given one first.

    Brazil's mobile numbers came to have a ninth digit, Mexico's and Argentina's had a 1 or a 9 after the
    country code: WhatsApp kept many under the form of their first day.
    """
    found = [digits]
    if digits.startswith("55") and len(digits) == 13 and digits[4] == "9":
        found.append(digits[:4] + digits[5:])
    elif digits.startswith("55") and len(digits) == 12 and digits[4] in "6789":
        found.append(f"{digits[:4]}9{digits[4:]}")
    for country, mark in (("52", "1"), ("54", "9")):
        if digits.startswith(country + mark) and len(digits) == 13:
            found.append(country + digits[3:])
        elif digits.startswith(country) and len(digits) == 12:
            found.append(country + mark + digits[2:])
    return found
