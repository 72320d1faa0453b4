"""Who may give which rights, and what follows when rights change: it is recorded, and the person signs in anew."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q

from backoffice.access import events, sessions
from backoffice.access.events import Kind
from backoffice.history import change_sets

FLAGS = ("is_active", "is_staff", "is_superuser")


def follow(user: User) -> None:
    """Before a user is saved: a new password is recorded (Django itself ends the other sessions), other rights end
    every session."""
    before = User.objects.filter(pk=user.pk).values("password", *FLAGS).first()
    if not before:
        return
    if before["password"] != user.password:
        _record(Kind.PASSWORD, user)
    changed = [f"{flag}={getattr(user, flag)}" for flag in FLAGS if before[flag] != getattr(user, flag)]
    if changed:
        _changed(user, ", ".join(changed))


def follow_memberships(instance: Any, action: str, is_reverse: bool, model: Any, keys: Iterable[int]) -> None:
    """After groups or single permissions were given or taken. ``is_reverse``: the group was told, not the user."""
    verb = action.removeprefix("post_")
    if is_reverse:
        for user in User.objects.filter(pk__in=keys):
            _changed(user, f"{verb} {instance}")
    elif keys or verb == "clear":
        _changed(instance, f"{verb} {', '.join(map(str, model.objects.filter(pk__in=keys)))}")


def _changed(user: User, detail: str) -> None:
    _record(Kind.RIGHTS, user, detail)
    if change_sets.acting().user_id != user.pk:  # who changes their own stays: they know
        sessions.end_all(user.pk)


def _record(kind: str, user: User, detail: str = "") -> None:
    actor = change_sets.acting().user
    events.record(kind, user=user, detail=detail, by=actor.get_username() if actor and actor.pk else "")


# Who may give what ------------------------------------------------------------------------------------------------


def exceeds(user: User, actor: User) -> bool:
    """Whether the user, were they active, could do anything that the actor may not."""
    if actor.is_superuser:
        return False
    return user.is_superuser or not held_by(user) <= actor.get_all_permissions()


def grantable(actor: User) -> list[Group]:
    """The roles that hold nothing which the actor may not do."""
    groups = Group.objects.prefetch_related("permissions__content_type").order_by("name")
    if actor.is_superuser:
        return list(groups)
    own = actor.get_all_permissions()
    return [group for group in groups if _named(group.permissions.all()) <= own]


def held_by(user: User) -> set[str]:
    """Like ``get_all_permissions``, which knows of none while somebody is deactivated."""
    held = Permission.objects.filter(Q(user=user) | Q(group__user=user)).select_related("content_type")
    return _named(held)


def _named(permissions: Iterable[Permission]) -> set[str]:
    return {f"{one.content_type.app_label}.{one.codename}" for one in permissions}
