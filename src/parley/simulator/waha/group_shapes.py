"""Groups as each engine shows them: whatsmeow's, Baileys' and WhatsApp Web's."""

from parley.simulator.records import Json, Session
from parley.simulator.waha.address_book import Group
from parley.simulator.waha.names import BROWSER_ENGINES, jids, phone_chat, phone_jid, somebody
from parley.simulator.world import World


def group_shape(world: World, session: Session, group: Group) -> Json:
    if session.engine == "NOWEB":
        return _noweb(world, session, group)
    return (
        _webjs(world, session, group) if session.engine in BROWSER_ENGINES else _gows(world, session, group)
    )


def members_of(world: World, session: Session, group: Group) -> list[Json]:
    """The participants in the engine's own shape."""
    shown: list[Json] = []
    for wa_id, role in group.members.items():
        person = somebody(world, wa_id)
        admin, superadmin = role in {"admin", "superadmin"}, role == "superadmin"
        name, other = jids(session, person)
        if session.engine == "NOWEB":
            member: Json = {"id": name, "admin": role if admin else None}
            shown.append({**member, "phoneNumber": other} if session.addressing == "lid" else member)
        elif session.engine in BROWSER_ENGINES:
            chat = phone_chat(wa_id)
            identity = {"server": "c.us", "user": wa_id, "_serialized": chat}
            shown.append({"id": identity, "isAdmin": admin, "isSuperAdmin": superadmin})
        else:
            both = {"PhoneNumber": phone_jid(wa_id), "LID": f"{person.lid}@lid"}
            shown.append({"JID": name, **both, "IsAdmin": admin, "IsSuperAdmin": superadmin})
    return shown


def _noweb(world: World, session: Session, group: Group) -> Json:
    return {
        "id": group.id,
        "addressingMode": "lid" if session.addressing == "lid" else "pn",
        "subject": group.subject,
        "subjectTime": int(group.created_at),
        "size": len(group.members),
        "creation": int(group.created_at),
        "owner": phone_jid(group.owner) if group.owner else None,
        "desc": group.description,
        "restrict": group.admins_edit,
        "announce": group.admins_write,
        "isCommunity": False,
        "participants": members_of(world, session, group),
    }


def _gows(world: World, session: Session, group: Group) -> Json:
    return {
        "JID": group.id,
        "OwnerJID": phone_jid(group.owner) if group.owner else "",
        "Name": group.subject,
        "Topic": group.description,
        "IsLocked": group.admins_edit,
        "IsAnnounce": group.admins_write,
        "AddressingMode": "lid" if session.addressing == "lid" else "pn",
        "ParticipantCount": len(group.members),
        "Participants": members_of(world, session, group),
    }


def _webjs(world: World, session: Session, group: Group) -> Json:
    user, _, server = group.id.partition("@")
    return {
        "id": {"server": server, "user": user, "_serialized": group.id},
        "name": group.subject,
        "isGroup": True,
        "isReadOnly": not group.is_member,
        "groupMetadata": {
            "id": {"server": server, "user": user, "_serialized": group.id},
            "subject": group.subject,
            "desc": group.description,
            "creation": int(group.created_at),
            "restrict": group.admins_edit,
            "announce": group.admins_write,
            "participants": members_of(world, session, group),
        },
    }
