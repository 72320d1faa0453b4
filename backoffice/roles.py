"""The roles staff can have: groups of permissions, read from ``fixtures/roles.json`` after every migrate."""

import json
from functools import cache

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

# role -> app label -> codenames
Roles = dict[str, dict[str, set[str]]]


@cache
def declared() -> Roles:
    """What the file says. A role that "includes" others has all that they have."""
    told = json.loads((settings.BASE_DIR / "fixtures" / "roles.json").read_text(encoding="utf-8"))
    return {role: _resolved(told, role) for role in told}


def _resolved(told: dict[str, dict[str, list[str]]], role: str) -> dict[str, set[str]]:
    parts = [told[name] for name in [role, *told[role].get("includes", [])]]
    labels = {label for part in parts for label in part} - {"includes"}
    return {label: {codename for part in parts for codename in part.get(label, [])} for label in labels}


def install(app_config: AppConfig, using: str) -> None:
    """Grants what the file lists for one app. Never takes anything away: administrators may add to a role."""
    label = app_config.label
    if not any(label in wanted for wanted in declared().values()):
        return
    create_permissions(app_config, verbosity=0, using=using)  # this receiver may run before the one of auth
    permissions = Permission.objects.using(using).filter(content_type__app_label=label)
    by_codename = {permission.codename: permission for permission in permissions}
    for role, wanted in declared().items():
        group, _ = Group.objects.using(using).get_or_create(name=role)
        group.permissions.add(*(by_codename[codename] for codename in wanted.get(label, ())))
