"""`parley serve`: everything on one machine and one port."""

import argparse

SUMMARY = "everything on this machine, on PARLEY_BIND"


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options: the environment says where and which database."""


def run(_options: argparse.Namespace) -> None:
    import structlog

    from parley.core.environment import environment
    from parley.core.logging import configure_logging
    from parley.operations.installation import serve

    current = environment()
    configure_logging(current.log_level)
    log = structlog.get_logger("parley.serve")
    serve(current, on_ready=lambda: log.info("serve.ready", bind=current.bind))
    log.info("serve.stopped")
