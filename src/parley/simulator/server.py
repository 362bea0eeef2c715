"""Runs the simulator under uvicorn, with connections that faults can cut.

python -m parley.simulator.server --port 8009 --store ~/.parley/simulator.sqlite --scripted
"""

import argparse
import socket
from pathlib import Path

import uvicorn

from parley.core.errors import Misconfigured
from parley.simulator.app import House
from parley.simulator.configuration import (
    INSTANT,
    ONLY_SENT,
    PORT,
    QR_ROUNDS,
    REAL_LIMITS,
    Configuration,
    Limits,
    Pace,
)
from parley.simulator.connection import CuttableProtocol

PACES: dict[str, Pace] = {"natural": Pace(), "instant": INSTANT, "only-sent": ONLY_SENT}
GRACE_SECONDS = 2
PATIENT_ROUNDS = 1_000_000


def run(
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    store_path: Path | None = None,
    seed: int = 0,
    scripted: bool = False,
    script_pace: float = 1.0,
    pace: Pace | None = None,
    waha_api_key: str = "simulator-key",
    is_deterministic: bool = False,
    limits: Limits | None = None,
    retry_speed: float = 1.0,
) -> None:
    """Serve until SIGINT or SIGTERM. Port 0 takes a free one. Raises `Misconfigured` if the port is taken."""
    listener = listen(host, port)
    configuration = Configuration(
        store_path=store_path,
        seed=seed,
        waha_api_key=waha_api_key,
        pace=pace or Pace(),
        scripted=scripted,
        # A code that nobody scans yet still waits for a visitor of the demo.
        qr_rounds=PATIENT_ROUNDS if scripted else QR_ROUNDS,
        script_pace=script_pace,
        public_url=address_of(listener),
        allowed_hosts=frozenset({host}),
        is_deterministic=is_deterministic,
        limits=limits or Limits(),
        retry_speed=retry_speed,
    )
    server_for(configuration).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """An open listening socket, so that the port is known before the server starts."""
    try:
        return socket.create_server((host, port), reuse_port=False)
    except OSError as error:
        raise Misconfigured(f"The simulator cannot listen on {host}:{port}: {error.strerror}.") from error


def address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


class SimulatorServer(uvicorn.Server):
    """Ends the pages' endless streams first, so that stopping does not wait for them."""

    def __init__(self, house: House, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.house = house

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.house.world.say_goodbye()
        await super().shutdown(sockets)


def server_for(configuration: Configuration) -> uvicorn.Server:
    house = House(configuration)
    return SimulatorServer(
        house,
        uvicorn.Config(
            house.app(),
            http=CuttableProtocol,
            ws="none",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="parley-simulator", description="A simulated WhatsApp.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--store", type=Path, default=None, help="SQLite file that keeps the world")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scripted", action="store_true", help="customers write by themselves")
    parser.add_argument("--script-pace", type=float, default=1.0)
    parser.add_argument(
        "--pace", choices=sorted(PACES), default="natural", help="how soon messages get ticks"
    )
    parser.add_argument("--api-key", default="simulator-key")
    parser.add_argument("--deterministic", action="store_true", help="time moves with the calls only")
    parser.add_argument("--limits", choices=["window", "real"], default="window", help="what Meta refuses")
    parser.add_argument("--retry-speed", type=float, default=1.0, help="divides the pauses of Meta's retries")
    chosen = parser.parse_args()
    run(
        chosen.host,
        chosen.port,
        store_path=chosen.store,
        seed=chosen.seed,
        scripted=chosen.scripted,
        script_pace=chosen.script_pace,
        pace=PACES[chosen.pace],
        waha_api_key=chosen.api_key,
        is_deterministic=chosen.deterministic,
        limits=REAL_LIMITS if chosen.limits == "real" else None,
        retry_speed=chosen.retry_speed,
    )


if __name__ == "__main__":
    main()
