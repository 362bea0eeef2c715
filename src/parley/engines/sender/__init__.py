"""The sender: every outgoing WhatsApp message, single or campaign, leaves through here."""

from parley.core.environment import Environment


def main(environment: Environment) -> None:
    """Run the sender's process until it is told to stop."""
    import uvloop

    from parley.engines.sender.engine import run_sender

    uvloop.run(run_sender(environment))
