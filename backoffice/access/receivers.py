from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, pre_save

from backoffice.access import events, lockout, rights, second_factor, sessions
from backoffice.access.events import Kind
from backoffice.exports.signals import handed_over


def connect():
    user_logged_in.connect(record_sign_in, dispatch_uid="access.record_sign_in")
    user_logged_out.connect(record_sign_out, dispatch_uid="access.record_sign_out")
    user_login_failed.connect(record_failure, dispatch_uid="access.record_failure")
    user_locked_out.connect(record_lock_out, dispatch_uid="access.record_lock_out")
    handed_over.connect(record_download, dispatch_uid="access.record_download")
    pre_save.connect(follow_user, sender=User, dispatch_uid="access.follow_user")
    for memberships in (User.groups.through, User.user_permissions.through):
        m2m_changed.connect(follow_memberships, sender=memberships, dispatch_uid="access.follow_memberships")


def record_sign_in(request, user, **kwargs):
    sessions.remember_origin(request)
    second_factor.decide(request, user)
    events.record(Kind.SIGNED_IN, user=user, request=request)


def record_sign_out(request, user, **kwargs):
    if user:
        events.record(Kind.SIGNED_OUT, user=user, request=request)


def record_failure(credentials, request=None, **kwargs):
    if not lockout.was_locked_out(request):
        events.record(Kind.FAILED, user_name=str(credentials.get("username", "")), request=request)


def record_lock_out(request, username, **kwargs):
    if not lockout.was_locked_out(request):
        events.record(Kind.LOCKED_OUT, user_name=str(username), request=request)


def record_download(request, name, **kwargs):
    events.record(Kind.DOWNLOAD, user=request.user, request=request, detail=name)


def follow_user(instance, raw, update_fields, **kwargs):
    if raw or (update_fields and set(update_fields) == {"last_login"}):
        return
    rights.follow(instance)


def follow_memberships(instance, action, reverse, model, pk_set, **kwargs):
    if action.startswith("post_"):
        rights.follow_memberships(instance, action, reverse, model, pk_set or set())
