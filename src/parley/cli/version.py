"""`parley version`"""

import argparse
import platform

import parley

SUMMARY = "say which version this is"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_options: argparse.Namespace) -> None:
    print(f"parley {parley.__version__} (Python {platform.python_version()})")
