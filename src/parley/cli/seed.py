"""`parley seed`: the sample company of the demo."""

import argparse
import json
import os

SUMMARY = "make the sample company, if it is not there (part of demo)"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options: PARLEY_DEMO_PASSWORD and PARLEY_SIMULATOR_URL are taken from the environment."""


def run(_options: argparse.Namespace) -> None:
    from dataclasses import asdict

    from parley.cli.setting_up import django_ready
    from parley.core.errors import Misconfigured

    password = os.environ.get("PARLEY_DEMO_PASSWORD", "")
    if not password:
        raise Misconfigured("Set PARLEY_DEMO_PASSWORD: the sample company's people sign in with it.")
    with django_ready() as current:
        from parley.operations.seed import seed_demo

        company = seed_demo(password=password, simulator_url=current.simulator_url)
    print(json.dumps(asdict(company)))
