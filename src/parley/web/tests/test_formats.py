"""Times, phones and names read as people expect, in the workspace's zone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone, translation

from parley.web import formats

NOON = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)  # a Wednesday, 12:00 in São Paulo


@pytest.fixture(autouse=True)
def in_sao_paulo_at_noon(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    with timezone.override("America/Sao_Paulo"), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOON - timedelta(hours=2), "10:00"),
        (NOON - timedelta(hours=12, minutes=1), "Yesterday"),
        (datetime(2026, 5, 20, 2, 59, tzinfo=UTC), "Yesterday"),
        (datetime(2026, 5, 20, 3, 0, tzinfo=UTC), "00:00"),
        (NOON - timedelta(days=3), "Sunday"),
        (NOON - timedelta(days=8), "12 May"),
        (NOON - timedelta(days=300), "24 Jul 2025"),
        (None, ""),
    ],
)
def test_list_time(at: datetime | None, said: str) -> None:
    assert formats.listtime(at) == said


def test_day_label_and_moment() -> None:
    assert formats.daylabel(NOON) == "Today"
    assert formats.daylabel(NOON - timedelta(days=8)) == "12 May"
    assert formats.moment(NOON - timedelta(days=1)) == "Yesterday, 12:00"
    assert formats.iso(NOON) == "2026-05-20T15:00:00+00:00"


@pytest.mark.parametrize(
    ("left", "state", "long", "short"),
    [
        (timedelta(hours=20, minutes=38), "calm", "20 h 38 m", "20 h"),
        (timedelta(hours=3), "calm", "3 h", "3 h"),
        (timedelta(hours=2, minutes=59), "soon", "2 h 59 m", "2 h"),
        (timedelta(minutes=30), "soon", "30 m", "30 m"),
        (timedelta(minutes=29), "now", "29 m", "29 m"),
        (timedelta(seconds=-1), "over", "0 m", "0 m"),
    ],
)
def test_time_left(left: timedelta, state: str, long: str, short: str) -> None:
    found = formats.time_left(NOON + left, NOON)
    assert found is not None
    assert (found.state, found.long, found.short) == (state, long, short)
    assert 0 <= found.percent <= 100


def test_no_deadline_has_no_time_left() -> None:
    assert formats.time_left(None) is None


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+5519998761234", "+55 19 99876-1234"),
        ("5519998761234", "+55 19 99876-1234"),
        ("+447400123456", "+44 7400 123456"),
        ("casalume", "casalume"),
        ("", ""),
    ],
)
def test_phone(number: str, shown: str) -> None:
    assert formats.phone(number) == shown


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Marina Souza", "MS"),
        ("lucía", "L"),
        ("Rui & Filhos", "RF"),
        ("عائشة فاروق", "عف"),
        ("+55 11 98765-4321", "+"),
        ("😀", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


def test_hue_is_the_same_every_time() -> None:
    key = UUID(int=7)
    assert formats.hue(key) == formats.hue(str(key))
    assert {formats.hue(str(number)) for number in range(200)} == set(range(formats.HUES))


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 B"), (999, "999 B"), (1400, "1.4 kB"), (1_482_000, "1.5 MB"), (38_000, "38 kB")]
)
def test_file_size(size: int, said: str) -> None:
    assert formats.filesize(size) == said


@pytest.mark.parametrize(("seconds", "said"), [(None, "0:00"), (23.4, "0:23"), (3725, "1:02:05")])
def test_duration(seconds: float | None, said: str) -> None:
    assert formats.duration(seconds) == said
