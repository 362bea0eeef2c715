import pytest

from parley.core.crypto import CannotDecrypt, decrypt, encrypt

PLACE = "0192f0c1-0000-7000-8000-000000000001:channel:0192f0c1-0000-7000-8000-000000000002:credentials"


def test_what_was_encrypted_opens_in_its_place() -> None:
    assert decrypt(encrypt(b"the key", bound_to=PLACE), bound_to=PLACE) == b"the key"


def test_nothing_of_the_secret_is_in_the_result_and_no_two_are_equal() -> None:
    first, second = encrypt(b"the key", bound_to=PLACE), encrypt(b"the key", bound_to=PLACE)
    assert b"the key" not in first
    assert first != second


@pytest.mark.parametrize(
    "elsewhere",
    [
        PLACE.replace("000001", "000009"),
        PLACE.replace("000002", "000009"),
        PLACE.replace("channel", "webhook_endpoint"),
        PLACE.replace("credentials", "webhook_secret"),
        "",
    ],
)
def test_moved_to_another_workspace_row_table_or_column_it_does_not_open(elsewhere: str) -> None:
    sealed = encrypt(b"the key", bound_to=PLACE)
    with pytest.raises(CannotDecrypt):
        decrypt(sealed, bound_to=elsewhere)


def test_altered_anywhere_it_does_not_open() -> None:
    sealed = encrypt(b"the key", bound_to=PLACE)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(CannotDecrypt):
            decrypt(bytes(altered), bound_to=PLACE)


def test_cut_short_it_does_not_open() -> None:
    sealed = encrypt(b"", bound_to=PLACE)
    for length in range(len(sealed)):
        with pytest.raises(CannotDecrypt):
            decrypt(sealed[:length], bound_to=PLACE)


def test_an_unknown_key_is_named() -> None:
    sealed = encrypt(b"the key", bound_to=PLACE)
    with pytest.raises(CannotDecrypt, match="key number 7"):
        decrypt(b"\x07" + sealed[1:], bound_to=PLACE)
