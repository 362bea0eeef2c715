"""The look comes as one file that may be kept for ever, and as no other."""

import re

from django.test import Client

from parley.web.stylesheet import FOLDER, FOR_EVER, stylesheet_url


def test_one_request_brings_all_of_it() -> None:
    answer = Client().get(stylesheet_url())
    text = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert answer["Cache-Control"] == FOR_EVER
    assert "@import" not in text
    for path in (FOLDER / "components").glob("*.css"):
        assert path.read_text() in text
    assert text.count("{") == text.count("}")
    assert re.match(r"/\*.*?\*/\s*@layer reset, tokens, base, components, utilities;", text, re.DOTALL)


def test_it_comes_compressed_to_who_asks() -> None:
    answer = Client().get(stylesheet_url(), headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 25_000


def test_an_old_address_is_not_kept() -> None:
    answer = Client().get("/look/0123456789ab/parley.css")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
