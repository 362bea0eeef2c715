"""The page on the protocols says what the gateways do today."""

import pytest

from dev.coverage import CAPTURES, PAGE, page


@pytest.mark.skipif(
    not CAPTURES.is_dir(), reason=f"PROTOCOL COVERAGE NOT COMPARED: there is no folder {CAPTURES}"
)
def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Write it anew with: python -m dev.coverage"
