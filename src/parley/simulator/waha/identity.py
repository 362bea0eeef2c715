"""Who a session is: `me`, and the server that runs it."""

from datetime import UTC, datetime

from parley.simulator.records import Json, Session
from parley.simulator.waha.errors import VERSION
from parley.simulator.waha.names import BROWSER_ENGINES, phone_chat
from parley.simulator.world import World

RESTRICTION_SECONDS = 24 * 3600


def me_of(session: Session, world: World) -> Json | None:
    """The shop's own number while the session is paired, with what WhatsApp holds against it.

    `reachoutTimelock` and `messageCapping` are those of 2026.7.2 and come only where a quirk asks for them.
    """
    quirks = session.quirks
    if session.phone is None or "me" in quirks.without_me:
        return None
    own = world.make_person(session.phone, name=session.push_name)
    me: Json = {
        "id": phone_chat(session.phone),
        "pushName": session.push_name,
        "lid": f"{own.lid}@lid",
        "jid": f"{session.phone}:12@s.whatsapp.net",
    }
    if quirks.timelock:
        me["reachoutTimelock"] = _timelock(session, world) if quirks.timelock == "told" else None
    if quirks.capping is not None:
        me["messageCapping"] = _capping(session, quirks.capping, world)
    return {name: value for name, value in me.items() if name not in quirks.without_me}


def _timelock(session: Session, world: World) -> Json:
    until = session.quirks.timelock_until or world.now() + RESTRICTION_SECONDS
    return {
        "isActive": until > world.now(),
        "enforcementType": "DEFAULT",
        "timeEnforcementEnds": _moment(until),
    }


def _capping(session: Session, quota: int, world: World) -> Json:
    used = min(session.first_messages, quota)
    return {
        "cappingStatus": "CAPPED" if used >= quota else "FIRST_WARNING" if used * 4 >= quota * 3 else "NONE",
        "totalQuota": quota,
        "usedQuota": used,
        "cycleStart": _moment(world.now() - RESTRICTION_SECONDS),
        "cycleEnd": _moment(world.now() + RESTRICTION_SECONDS),
        "mvStatus": "NOT_ELIGIBLE",
        "oteStatus": "NOT_ELIGIBLE",
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")


def environment(engine: str) -> Json:
    return {
        "version": VERSION,
        "engine": engine,
        "tier": "CORE",
        "browser": "/usr/bin/chromium" if engine in BROWSER_ENGINES else None,
        "platform": "linux/x64",
        "worker": {"id": None},
    }
