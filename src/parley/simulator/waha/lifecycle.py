"""A session's life: STOPPED, STARTING, SCAN_QR_CODE, WORKING, FAILED, with a webhook for each step.

GOWS may want a passkey between the scan and WORKING (`Quirks.wants_passkey`).
"""

import asyncio

from msgspec.structs import replace

from parley.simulator.background import Background
from parley.simulator.quirks import SessionStatus
from parley.simulator.records import Json, Session, StatusPoint
from parley.simulator.waha.events import WahaEvents
from parley.simulator.world import World

KEPT_STATUSES = 3


class Lifecycle:
    def __init__(self, world: World, events: WahaEvents, background: Background) -> None:
        self.world = world
        self.events = events
        self.background = background
        self._runs: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """After a restart of the simulator every session that was not stopped starts again."""
        for session in list(self.world.sessions.values()):
            if session.status != "STOPPED":
                self.start(session, again=True)

    def start(self, session: Session, *, again: bool = False) -> Session:
        """Begin to connect. A session that runs already is left alone unless `again`."""
        if session.status not in {"STOPPED", "FAILED"} and not again:
            return session
        self._end_run(session.name)
        quirks = session.quirks
        if quirks.stuck_starts > 0:
            return self._move(
                replace(session, quirks=replace(quirks, stuck_starts=quirks.stuck_starts - 1)), "STARTING"
            )
        started = self._move(session, "STARTING")
        self._runs[session.name] = self.background.spawn(self._connect(session.name))
        return started

    def stop(self, session: Session) -> Session:
        self._end_run(session.name)
        return session if session.status == "STOPPED" else self._move(session, "STOPPED")

    def log_out(self, session: Session) -> Session:
        """Forget the pairing, keep the configuration, and ask for a new scan."""
        return self.start(replace(session, phone=None, push_name=""), again=True)

    def pair(self, session: Session, *, phone: str, push_name: str) -> Session:
        """The shop's phone scanned the QR code or typed the pairing code; a passkey may be wanted first."""
        self._end_run(session.name)
        scanned = replace(session, qr="", pairing_code="")
        if session.quirks.wants_passkey:
            pairing = {"phone": phone, "push_name": push_name, "challenge": self._challenge()}
            return self._move(replace(scanned, pairing=pairing), "PASSKEY_REQUIRED")
        return self._move(replace(scanned, phone=phone, push_name=push_name), "WORKING")

    def sign_passkey(self, session: Session) -> Session:
        """The challenge was signed: now the phone and the caller must see the same code."""
        pairing = {**session.pairing, "code": self.world.identities.digits(4)}
        return self._move(replace(session, pairing=pairing), "PASSKEY_CONFIRMATION_REQUIRED")

    def confirm_passkey(self, session: Session) -> Session:
        """The codes were the same."""
        phone, push_name = str(session.pairing["phone"]), str(session.pairing["push_name"])
        return self._move(replace(session, phone=phone, push_name=push_name, pairing={}), "WORKING")

    def _challenge(self) -> Json:
        return {
            "challenge": self.world.identities.secret(),
            "timeout": 60_000,
            "rpId": "web.whatsapp.com",
            "allowCredentials": [
                {
                    "id": self.world.identities.secret(),
                    "type": "public-key",
                    "transports": ["internal", "hybrid"],
                }
            ],
            "userVerification": "required",
        }

    def fail(self, session: Session) -> Session:
        self._end_run(session.name)
        return self._move(session, "FAILED")

    async def _connect(self, name: str) -> None:
        """From STARTING to WORKING, or through all QR codes to FAILED. A deleted session ends it."""
        configuration = self.world.configuration
        await asyncio.sleep(configuration.session_seconds)
        number = 0
        while session := self.world.sessions.get(name):
            quirks = session.quirks
            if number >= (quirks.qr_rounds or configuration.qr_rounds):
                break
            if session.phone is not None:
                self._move(session, "WORKING")
                return
            fresh = replace(session, qr=self.world.identities.qr(), qr_round=number + 1)
            self._move(fresh, "SCAN_QR_CODE")
            if number:
                await asyncio.sleep(quirks.next_qr_seconds or configuration.next_qr_seconds)
            else:
                await asyncio.sleep(quirks.first_qr_seconds or configuration.first_qr_seconds)
            number += 1
        if name in self.world.sessions:
            self._move(replace(self.world.sessions[name], qr=""), "FAILED")

    def _move(self, session: Session, status: SessionStatus) -> Session:
        point = StatusPoint(status=status, timestamp=int(self.world.now() * 1000))
        statuses = [*session.statuses, point][-KEPT_STATUSES:]
        moved = self.world.save_session(replace(session, status=status, statuses=statuses))
        self.events.status_changed(moved)
        return moved

    def _end_run(self, name: str) -> None:
        run = self._runs.pop(name, None)
        if run is not None:
            run.cancel()
