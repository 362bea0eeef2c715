"""`parley status`"""

import argparse

SUMMARY = "say whether it runs, and what waits"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_options: argparse.Namespace) -> int:
    from parley.cli.setting_up import database
    from parley.core.environment import environment
    from parley.operations.status import look

    with database(environment()):
        findings = look(environment())
    for finding in findings:
        print(f"{finding.subject:<29}{finding.said}")
    return 0
