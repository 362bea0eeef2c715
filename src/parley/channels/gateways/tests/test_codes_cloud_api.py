"""Every error code that Meta documents has a place in the one table: what it means for the messages after."""

import re
from pathlib import Path

import pytest

from parley.channels.gateways import gateway_for
from parley.channels.gateways.cloud_api.codes import CODES, consequence_of
from parley.channels.gateways.neutral import Consequence, GatewayError
from parley.channels.gateways.tests.provider import Answer
from parley.channels.gateways.tests.test_send import failure

DOCUMENTED = Path(__file__).parents[5].parent / "shared" / "protocols" / "cloud_api.md"
ROW = re.compile(r"^\| (\d+)(?:-(\d+))? \|", re.MULTILINE)
EXPECTED: dict[Consequence, tuple[int, ...]] = {
    "throttle": (1, 2, 4, 17, 613, 80007, 130429, 131000, 131016, 131056, 131057, 133004, 139102, 2494100),
    "later": (131049, 138012, 133016),
    "never": (100, 33, 130472, 131008, 131009, 131021, 131026, 131030, 131047, 131051, 131053, 131062,
              132000, 132001, 132015, 132016, 132068, 132069, 132999, 135000, 2388019, 2593109),
    "stop_person": (131050,),
    "stop_number": (0, 3, 10, 190, 200, 250, 299, 368, 130497, 131005, 131031, 131037, 131042, 131045, 131048,
                    131064, 133010),
    "unknown": (987654,),
}  # fmt: skip


@pytest.mark.skipif(
    not DOCUMENTED.is_file(), reason=f"CODES NOT COMPARED WITH META'S LIST: there is no file {DOCUMENTED}"
)
def test_every_documented_code_is_in_the_table() -> None:
    text = DOCUMENTED.read_text(encoding="utf-8").partition("## Appendix B")[2]
    rows = [(int(first), int(last or first)) for first, last in ROW.findall(text)]
    codes = {code for first, last in rows for code in range(first, last + 1)}
    assert len(codes) > 200
    assert not codes - set(CODES)


@pytest.mark.parametrize("http_status", [400, 403, 429, 500])
@pytest.mark.parametrize(
    ("code", "consequence"), [(code, name) for name, codes in EXPECTED.items() for code in codes]
)
def test_consequence_of_a_refusal_and_of_a_failed_status(
    code: int, consequence: Consequence, http_status: int
) -> None:
    assert gateway_for("cloud_api").consequence_of(str(code)) == consequence
    error = failure("cloud_api", Answer(http_status, {"error": {"code": code, "message": "(#1) não"}}))
    assert isinstance(error, GatewayError)
    if error.kind == "uncertain":  # a fault of Meta's own at a message
        assert (error.consequence, http_status) == ("unknown", 500)
    elif consequence == "unknown":
        assert error.consequence == "never"
    else:
        assert error.consequence == consequence
        assert error.stops_channel == (consequence == "stop_number")


@pytest.mark.parametrize("code", ["", "unknown", "no_answer", "-1", "1.5", "²", "9" * 5000])
def test_what_is_no_code_of_metas_is_unknown(code: str) -> None:
    assert consequence_of(code) == "unknown"


def test_every_verdict_says_what_to_do() -> None:
    for code, verdict in CODES.items():
        assert verdict.advice.endswith("."), code
        assert (verdict.retry_after is not None) == (verdict.kind == "throttled"), code
        assert (verdict.kind == "throttled") == (verdict.consequence == "throttle"), code
