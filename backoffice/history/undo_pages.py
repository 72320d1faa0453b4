"""The page of an undo: what would go back, what somebody changed since, what stays and why; and how far it got."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.history import tasks, undo_run
from backoffice.history.models import ChangeSet, Undo
from backoffice.history.undo import Group, Outcome
from backoffice.history.undo_run import AT_ONCE, UndoRefused

PERMISSION = "history.undo_changeset"


def url_of(change_set_id: int, scope: str = "") -> str:
    """Where an act is undone. ``scope``: a record of it, “inventory.item:12”, or a field, “inventory.item:12:name”."""
    url = reverse("admin:history_changeset_undo", args=[change_set_id])
    return f"{url}?{urlencode({'part': scope})}" if scope else url


def links(change_set: ChangeSet, user: Any) -> dict[str, Any]:
    """What the page of an act shows of undoing: what undid it, what it undid, and the way to undo it."""
    standing = change_set.standing_undo()
    may = user.has_perm(PERMISSION) and not standing
    return {
        "undone_by": standing,
        "undoes": Undo.objects.filter(by=change_set).first(),
        "url": url_of(change_set.pk) if may else "",
    }


class UndoPages:
    """Mixed into the admin of change sets."""

    admin_site: Any
    opts: Any

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/undo/", view(self.undo_view), name="history_changeset_undo"),
            path("undo/<int:pk>/", view(self.undone_view), name="history_undo"),
            path("undo/<int:pk>/progress/", view(self.undo_progress_view), name="history_undo_progress"),
        ]
        return own + super().get_urls()

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        change_set = self._visible(request, pk)
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        scope = request.POST.get("part") or request.GET.get("part", "")
        if scope and undo_run.root_of(change_set, scope) is None:
            raise Http404
        if not scope and (standing := change_set.standing_undo()):
            messages.info(request, _("It is undone already."))
            return HttpResponseRedirect(reverse("admin:history_undo", args=[standing.pk]))
        refusal = self._undo(request, change_set, scope) if request.method == "POST" else None
        if isinstance(refusal, HttpResponse):
            return refusal
        return self._preview(request, change_set, scope, refusal or "")

    def _visible(self, request: HttpRequest, pk: int) -> ChangeSet:
        change_set = get_object_or_404(self.get_queryset(request), pk=pk)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, change_set):  # type: ignore[attr-defined]
            raise PermissionDenied
        return change_set

    def _undo(self, request: HttpRequest, change_set: ChangeSet, scope: str) -> HttpResponse | str:
        """To the page of the undo; or the sentence why not."""
        reason, ticked = request.POST.get("reason", ""), request.POST.getlist("ticked")
        try:
            undo = undo_run.start(change_set, request.user, reason, ticked, scope, tasks.undo_chunk.enqueue)
        except UndoRefused as refusal:
            return " ".join(refusal.messages)
        if undo.state == Undo.State.DONE:
            messages.success(request, _("It is undone."))
        return HttpResponseRedirect(reverse("admin:history_undo", args=[undo.pk]))

    def _preview(self, request: HttpRequest, change_set: ChangeSet, scope: str, error: str) -> HttpResponse:
        records = undo_run.count(change_set, scope)
        is_small = records <= AT_ONCE
        groups = (
            undo_run.rehearse(change_set, request.user, scope) if is_small else self._seen_plan(request, change_set)
        )
        outcomes = Counter(part.outcome for group in groups for part in group.parts)
        context = {
            "change_set": change_set,
            "told": told(change_set, groups),
            "scope": scope,
            "groups": groups,
            "records": records,
            "is_small": is_small,
            "counts": [(label, outcomes[value], value) for value, label in Outcome.choices if outcomes[value]],
            "can_go": not is_small or outcomes[Outcome.BACK] or outcomes[Outcome.TOUCHED],
            "is_many": outcomes.total() > 1,
            "touched": outcomes[Outcome.TOUCHED],
            "touched_records": 0 if is_small else undo_run.touched(change_set),
            "error": error,
            "reason": request.POST.get("reason", ""),
            "ticked": request.POST.getlist("ticked"),
        }
        return self._page(request, "history/undo.html", _("Undo"), context)

    def _seen_plan(self, request: HttpRequest, change_set: ChangeSet, scope: str = "") -> list[Group]:
        groups = undo_run.plan(change_set, scope)
        undo_run.hide(groups, request.user)
        return groups

    def undone_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        undo = self._visible_undo(request, pk)
        groups = self._seen_plan(request, undo.undone, undo.part)
        left = [] if hides(groups) else undo.left
        context = {"undo": undo, "told": told(undo.undone, groups), "left": left, "sentence": how_far(undo)}
        return self._page(request, "history/undone.html", _("Undo"), context)

    def undo_progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        undo = self._visible_undo(request, pk)
        is_busy = undo.state == Undo.State.GOING
        return JsonResponse({"busy": is_busy, "done": undo.records_done, "total": undo.records})

    def _visible_undo(self, request: HttpRequest, pk: int) -> Undo:
        undo = get_object_or_404(Undo.objects.select_related("undone", "by", "user"), pk=pk)
        self._visible(request, undo.undone_id)
        return undo

    def _page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, template, {**base, **context})


def hides(groups: Iterable[Group]) -> bool:
    return any(group.is_hidden for group in groups)


def told(change_set: ChangeSet, groups: Iterable[Group]) -> str:
    """In full to who may look at all of it."""
    return str(change_set) if hides(groups) else undo_run.told_in_short(change_set)


def how_far(undo: Undo) -> str:
    facts = {"done": undo.records_done, "records": undo.records}
    if undo.state == Undo.State.GOING:
        return _("%(done)d of %(records)d records are looked at. You can leave this page; the work goes on.") % facts
    if undo.by is None:
        return _("Nothing went back.")
    if not undo.left_count:
        return _("All of it went back.")
    sentence = ngettext("%(count)d thing stayed as it was.", "%(count)d things stayed as they were.", undo.left_count)
    return sentence % {"count": undo.left_count}
