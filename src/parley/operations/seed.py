"""The sample company: Casa Lume, a small furniture shop in Campinas, Brazil."""

from dataclasses import dataclass

from parley.access.models import Workspace
from parley.access.services.members import add_member, create_user, create_workspace
from parley.core.transactions import enter_workspace, platform_transaction

NAME = "Casa Lume"
SLUG = "casa-lume"
STAFF = (
    ("ana@casalume.example", "Ana", "Ribeiro", "owner"),
    ("rui@casalume.example", "Rui", "Nogueira", "agent"),
)


@dataclass(frozen=True, slots=True)
class Company:
    """What a person has to know to sign in. `people` are pairs of e-mail address and role."""

    name: str
    slug: str
    people: list[tuple[str, str]]
    is_new: bool


def seed_demo(*, password: str, simulator_url: str) -> Company:  # noqa: ARG001
    """Make the company, once; what a visitor changed since is left alone."""
    people = [(email, role) for email, _, _, role in STAFF]
    with platform_transaction():
        if Workspace.objects.filter(slug=SLUG).exists():
            return Company(name=NAME, slug=SLUG, people=people, is_new=False)
        workspace = create_workspace(
            name=NAME, slug=SLUG, timezone="America/Sao_Paulo", locale="pt", country="BR", currency="BRL"
        )
        enter_workspace(workspace.id)
        for email, first_name, last_name, role in STAFF:
            user = create_user(email=email, password=password, first_name=first_name, last_name=last_name)
            add_member(workspace_id=workspace.id, user_id=user.id, role=role)
    return Company(name=NAME, slug=SLUG, people=people, is_new=True)
