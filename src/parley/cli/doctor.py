"""`parley doctor`"""

import argparse

SUMMARY = "look for what is wrong, and exit 1 when something is; say what is worth a look"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_options: argparse.Namespace) -> int:
    from parley.cli.setting_up import database
    from parley.core.environment import environment
    from parley.operations.status import look

    with database(environment()):
        findings = look(environment())
    wrong = [finding for finding in findings if not finding.is_well]
    warnings = [finding for finding in findings if finding.is_warning]
    for finding in wrong:
        print(f"{finding.subject}: {finding.said}")
    for finding in warnings:
        print(f"Worth a look: {finding.subject}: {finding.said}")
    print(f"{len(findings)} things looked at, {len(wrong)} wrong, {len(warnings)} worth a look.")
    return 1 if wrong else 0
