"""The sample company: Casa Lume, a small furniture shop in Campinas, Brazil."""

from dataclasses import dataclass
from uuid import UUID

from parley.access.models import Workspace
from parley.access.services.members import add_member, create_user, create_workspace
from parley.core.clock import now
from parley.core.transactions import enter_workspace, platform_transaction, workspace_transaction
from parley.operations.seed.channels import channels_at, open_for_customers
from parley.operations.seed.history import tell
from parley.operations.seed.whatsapp import SimulatedWhatsApp

NAME = "Casa Lume"
SLUG = "casa-lume"
TIMEZONE = "America/Sao_Paulo"
STAFF = (
    ("ana@casalume.example", "Ana", "Ribeiro", "owner"),
    ("camila@casalume.example", "Camila", "Duarte", "manager"),
    ("rui@casalume.example", "Rui", "Nogueira", "agent"),
    ("sergio@casalume.example", "Sérgio", "Prado", "auditor"),
)
_TOLD = "sample_told_at"


@dataclass(frozen=True, slots=True)
class Company:
    """What a person has to know to sign in. `people` are pairs of e-mail address and role."""

    name: str
    slug: str
    people: list[tuple[str, str]]
    is_new: bool


def seed_demo(*, password: str) -> Company:
    """Make the company and its staff, once; what a visitor changed since is left alone."""
    people = [(email, role) for email, _, _, role in STAFF]
    with platform_transaction():
        if _workspace() is not None:
            return Company(name=NAME, slug=SLUG, people=people, is_new=False)
        workspace = create_workspace(
            name=NAME, slug=SLUG, timezone=TIMEZONE, locale="pt", country="BR", currency="BRL"
        )
        enter_workspace(workspace.id)
        for email, first_name, last_name, role in STAFF:
            user = create_user(email=email, password=password, first_name=first_name, last_name=last_name)
            add_member(workspace_id=workspace.id, user_id=user.id, role=role)
    return Company(name=NAME, slug=SLUG, people=people, is_new=True)


def connect_demo(*, simulator_url: str, simulator_key: str) -> None:
    """Connect the company to the simulated WhatsApp, tell its past once, and let the customers write.

    Wants the edge to be up: numbers are connected with a handshake. Broken off, it goes on the next time.
    """
    with platform_transaction():
        workspace = _workspace()
    if workspace is None:
        return
    whatsapp = SimulatedWhatsApp(simulator_url)
    whatsapp.wait_until_ready()
    if _TOLD not in workspace.settings:
        whatsapp.quiet_customers()
        channels = channels_at(whatsapp, workspace_id=workspace.id, key=simulator_key)
        tell(workspace.id, whatsapp, channels=channels)
        open_for_customers(whatsapp, workspace_id=workspace.id, channels=channels)
        _note_told(workspace.id)
    whatsapp.wake_customers()


def _workspace() -> Workspace | None:
    return Workspace.objects.filter(slug=SLUG).first()


def _note_told(workspace_id: UUID) -> None:
    with workspace_transaction(workspace_id):
        workspace = Workspace.objects.select_for_update().get(id=workspace_id)
        workspace.settings = {**workspace.settings, _TOLD: now().isoformat()}
        workspace.save(update_fields=["settings", "updated_at"])
