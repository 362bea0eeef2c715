"""`parley doctor`"""

import argparse
from datetime import timedelta

SUMMARY = (
    "look for what is wrong and for broken promises, and exit 1 when something is; say what is worth a look"
)
_DAYS = 7.0
_GRACE_SECONDS = 120.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--days",
        type=float,
        default=_DAYS,
        metavar="N",
        help="look at what was written in the last N days (7)",
    )
    parser.add_argument("--all", action="store_true", help="look at everything that was ever written")
    parser.add_argument(
        "--grace",
        type=float,
        default=_GRACE_SECONDS,
        metavar="SECONDS",
        help="what waits for longer counts as stuck (120)",
    )
    parser.add_argument("--workspace", metavar="SLUG", help="look into this workspace only")


def run(options: argparse.Namespace) -> int:
    from parley.cli.setting_up import database
    from parley.core.clock import from_unix, now
    from parley.core.environment import environment
    from parley.operations.invariants.looking import look_for_breaches
    from parley.operations.invariants.promises import PROMISES
    from parley.operations.status import look

    with database(environment()):
        findings = look(environment())
        breaches = []
        if all(finding.is_well for finding in findings):
            breaches = look_for_breaches(
                environment(),
                since=from_unix(0) if options.all else now() - timedelta(days=options.days),
                grace=options.grace,
                workspace_slug=options.workspace,
            )
    wrong = [finding for finding in findings if not finding.is_well]
    warnings = [finding for finding in findings if finding.is_warning]
    for finding in wrong:
        print(f"{finding.subject}: {finding.said}")
    for promise in dict.fromkeys(breach.promise for breach in breaches):
        for breach in (one for one in breaches if one.promise == promise):
            print(f"{promise.number}{f' in {breach.where}' if breach.where else ''}: {breach.said}")
        print(f"    {promise.remedy}")
    for finding in warnings:
        print(f"Worth a look: {finding.subject}: {finding.said}")
    print(
        f"{len(findings)} things and {len(PROMISES)} promises looked at: {len(wrong) + len(breaches)} wrong, "
        f"{len(warnings)} worth a look."
    )
    return 1 if wrong or breaches else 0
