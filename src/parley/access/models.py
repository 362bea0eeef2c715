"""People, workspaces, and who belongs where with which role."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Length, Lower
from django.db.models.lookups import LessThanOrEqual

from parley.core.tenancy import IdentifiedModel, TenantKey, one_of

ROLES = ("owner", "admin", "manager", "agent", "auditor")
RECORD_SCOPES = ("own", "team", "all")
STATUSES = ("active", "inactive")


class Workspace(IdentifiedModel):
    """The tenant."""

    name = models.TextField(validators=[MinLengthValidator(1)])
    slug = models.SlugField(max_length=60, unique=True)
    status = models.TextField(db_default="active")
    description = models.TextField(db_default="", blank=True)
    settings = models.JSONField(db_default={}, blank=True)
    timezone = models.TextField(db_default="UTC")
    locale = models.TextField(db_default="en")
    country = models.TextField(db_default="", blank=True)
    currency = models.TextField(db_default="USD")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "workspace"
        constraints = [
            one_of("status", STATUSES, "workspace_status"),
            models.CheckConstraint(
                condition=~models.Q(name="") & models.Q(LessThanOrEqual(Length("name"), 100)),
                name="workspace_name_length",
            ),
            models.UniqueConstraint(Lower("name"), name="workspace_name"),
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser, IdentifiedModel):
    """A person who signs in; one person may belong to many workspaces. The e-mail is stored in lower case."""

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=50, db_default="", blank=True)
    last_name = models.CharField(max_length=50, db_default="", blank=True)
    status = models.TextField(db_default="active")
    last_login = None
    last_login_at = models.DateTimeField(null=True, blank=True)
    preferences = models.JSONField(db_default={}, blank=True)
    is_operator = models.BooleanField(db_default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "user"
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
            one_of("status", STATUSES, "user_status"),
        ]

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.status == "active"

    @property
    def display_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email


class Membership(IdentifiedModel):
    """A person's place in a workspace. Readable by that person before a workspace is chosen."""

    workspace = TenantKey(also_own=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.TextField(db_default="agent")
    record_scope = models.TextField(db_default="all")
    status = models.TextField(db_default="active")

    class Meta:
        db_table = "membership"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_user"),
            one_of("role", ROLES, "membership_role"),
            one_of("record_scope", RECORD_SCOPES, "membership_record_scope"),
            one_of("status", STATUSES, "membership_status"),
        ]


class SignInAttempt(models.Model):
    """A failed sign-in, kept for as long as it counts against an account or a source.

    Both are keyed hashes: the table says how often, never who.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.BinaryField()
    source = models.BinaryField()
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "sign_in_attempt"
        indexes = [
            models.Index(fields=["account", "at"], name="sign_in_attempt_account"),
            models.Index(fields=["source", "at"], name="sign_in_attempt_source"),
        ]
