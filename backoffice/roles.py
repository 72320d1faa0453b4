"""The roles staff can have: groups of permissions, read from ``fixtures/roles.json`` after every migrate."""

import json
from functools import cache

from django.apps import apps
from django.conf import settings

# role -> app label -> codenames
Roles = dict[str, dict[str, list[str]]]


@cache
def declared() -> Roles:
    return json.loads((settings.BASE_DIR / "fixtures" / "roles.json").read_text(encoding="utf-8"))


def install(app_label: str, using: str) -> None:
    """Grants what the file lists for one app. Never takes anything away: administrators may add to a role."""
    if not apps.is_installed("django.contrib.auth"):
        return
    group_model = apps.get_model("auth", "Group")
    permissions = apps.get_model("auth", "Permission").objects.using(using).filter(content_type__app_label=app_label)
    for role, wanted in declared().items():
        if codenames := wanted.get(app_label):
            group, _ = group_model.objects.using(using).get_or_create(name=role)
            group.permissions.add(*permissions.filter(codename__in=codenames))
