"""One's own account: the second factor, recovery codes, and where one is signed in."""

import django_otp
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from backoffice.access import events, second_factor, sessions
from backoffice.access.events import Kind
from backoffice.access.forms import CodeForm


@never_cache
def verify(request):
    """The second step of signing in."""
    if not second_factor.is_missing(request):
        return redirect("admin:index")
    if not second_factor.device_of(request.user):
        return redirect("second_factor")
    form = CodeForm(request.POST or None)
    if form.is_valid() and accept(request, form):
        request.session.cycle_key()
        return HttpResponseRedirect(_next(request))
    return TemplateResponse(request, "access/verify.html", {"form": form, "next": request.GET.get("next", "")})


def accept(request, form: CodeForm) -> bool:
    """Verifies this session with the code of the form, or says at its field why not."""
    device = second_factor.is_right(request.user, form.cleaned_data["code"])
    if device:
        django_otp.login(request, device)
        return True
    events.record(Kind.CODE_REFUSED, user=request.user, request=request)
    form.add_error(
        "code", _("That code is not right, was used already, or came too soon after a wrong one. Wait a bit.")
    )
    return False


def _next(request) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else "/admin/"


@never_cache
def second_factor_page(request):
    """Sets the second factor up, or shows that it is."""
    if second_factor.device_of(request.user):
        if second_factor.is_missing(request):
            return redirect("verify")
        return _show(request, CodeForm())
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if codes := second_factor.complete(request.user, form.cleaned_data["code"]):
            return _completed(request, codes)
        form.add_error("code", _("That code is not right. Look at the app again: it changes twice a minute."))
    return _enrol(request, form)


def _enrol(request, form: CodeForm):
    device = second_factor.begin(request.user)
    context = {
        "form": form,
        "picture": second_factor.picture(device),
        "key": _in_groups(device),
        "is_required": second_factor.is_required(request.user),
    }
    return _page(request, "access/enrol.html", _("Second factor"), context)


def _in_groups(device) -> str:
    """The key as it is typed by hand: Base32 in groups of four."""
    from base64 import b32encode

    text = b32encode(device.bin_key).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def _completed(request, codes: list[str]):
    django_otp.login(request, second_factor.device_of(request.user))
    request.session.cycle_key()
    sessions.end_all(request.user.pk, but=request.session.session_key)
    events.record(Kind.SECOND_FACTOR_ON, user=request.user, request=request)
    return _codes(request, codes)


def _codes(request, codes: list[str]):
    return _page(request, "access/codes.html", _("Recovery codes"), {"codes": codes})


def _show(request, form: CodeForm):
    context = {
        "form": form,
        "codes_left": second_factor.codes_left(request.user),
        "is_required": second_factor.is_required(request.user),
    }
    return _page(request, "access/second_factor.html", _("Second factor"), context)


@require_POST
@never_cache
def renew_codes(request):
    """New recovery codes, for who shows that they have the second factor at hand."""
    form = CodeForm(request.POST)
    if form.is_valid() and accept(request, form):
        return _codes(request, second_factor.renew_codes(request.user))
    return _show(request, form)


@require_POST
@never_cache
def remove_second_factor(request):
    form = CodeForm(request.POST)
    if second_factor.is_required(request.user):
        messages.error(request, _("Your role needs a second factor. It can be renewed, not turned off."))
        return redirect("second_factor")
    if not (form.is_valid() and accept(request, form)):
        return _show(request, form)
    second_factor.remove(request.user)
    events.record(Kind.SECOND_FACTOR_OFF, user=request.user, request=request)
    messages.success(request, _("The second factor is off."))
    return redirect("second_factor")


@never_cache
def own_sessions(request):
    context = {"sessions": sessions.of(request.user.pk), "this": request.session.session_key}
    return _page(request, "access/sessions.html", _("Where you are signed in"), context)


@require_POST
def end_other_sessions(request):
    ended = sessions.end_all(request.user.pk, but=request.session.session_key)
    update_session_auth_hash(request, request.user)  # a new key for the one that stays
    events.record(Kind.SESSIONS_ENDED, user=request.user, request=request, detail=str(ended))
    messages.success(request, _("All other sessions are ended: %(count)d.") % {"count": ended})
    return redirect("own_sessions")


def _page(request, template: str, title: str, context: dict):
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})
