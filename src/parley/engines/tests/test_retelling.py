"""What a message says after edits and a deletion in any order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parley.engines.apply.retelling import Revision, Telling, retold

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
edits = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcd")), max_size=8)
deletions = st.lists(st.integers(0, 9), max_size=3)


def told(start: Telling, changes: list[tuple[int, str | None]], *, from_us: bool = False) -> Telling:
    """One change after another; None deletes."""
    for second, body in changes:
        moment = START + timedelta(seconds=second)
        start = retold(
            start,
            [] if body is None else [(moment, body)],
            deletions=[moment] if body is None else [],
            from_us=from_us,
        )
    return start


@given(edits=edits, deletions=deletions, chance=st.randoms(use_true_random=False))
def test_order_and_repeats_do_not_matter(
    edits: list[tuple[int, str]], deletions: list[int], chance: object
) -> None:
    changes: list[tuple[int, str | None]] = [*edits, *((second, None) for second in deletions)]
    again = changes * 2
    chance.shuffle(again)  # type: ignore[attr-defined]
    once, twice = told(Telling("first", ()), changes), told(Telling("first", ()), again)
    assert once == twice
    together = retold(
        Telling("first", ()),
        [(START + timedelta(seconds=second), body) for second, body in edits],
        deletions=[START + timedelta(seconds=second) for second in deletions],
        from_us=False,
    )
    assert together == once


@given(edits=edits)
def test_the_newest_edit_counts_and_every_version_is_kept(edits: list[tuple[int, str]]) -> None:
    end = told(Telling("first", ()), [*edits])
    by_moment = {second: max(body for other, body in edits if other == second) for second, _ in edits}
    versions = ["first", *(body for _, body in sorted(by_moment.items()))]
    assert [*(one.body_before for one in end.revisions), end.body] == versions


def test_a_deletion_is_the_end_whatever_is_told_after_it() -> None:
    end = told(Telling("first", ()), [(5, None), (9, "later"), (3, "before")])
    assert end.body == ""
    assert [(one.kind, one.body_before) for one in end.revisions] == [
        ("edit", "first"), ("edit", "before"), ("delete", "later")
    ]  # fmt: skip
    assert end.revoked_at == START + timedelta(seconds=5)


def test_the_echo_of_our_own_edit_is_no_second_one() -> None:
    ours = Telling("second", (Revision("edit", START, "first", is_ours=True),))
    assert told(ours, [(2, "second")], from_us=True) == ours
    assert len(told(ours, [(2, "third")], from_us=True).revisions) == 2


def test_our_own_deletion_keeps_its_moment() -> None:
    ours = Telling("", (Revision("delete", START + timedelta(seconds=4), "first", is_ours=True),))
    assert told(ours, [(2, None)], from_us=True) == ours
