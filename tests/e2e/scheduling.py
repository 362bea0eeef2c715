"""Which xdist worker plays which test."""

from xdist.scheduler import LoadScopeScheduling

_TOGETHER = "tests/e2e"


class OneStage(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells no types
    """Browser tests go to one worker: a second installation would only take the processor from the first.

    Every other test goes to whoever is free. (xdist has groups for this; pytest 9 took them their hold.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return _TOGETHER if nodeid.startswith(f"{_TOGETHER}/") else nodeid
