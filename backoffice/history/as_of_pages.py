"""The pages that show records as they were, one or a list of them, and what differs between two moments."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from backoffice.history import as_of, comparing, entries, finding, moments, timeline
from backoffice.history.moments import Moment
from backoffice.history.record_pages import RecordPagesAdmin
from backoffice.history.sight import Sight

ROWS = 50  # of a list
FEW_FIELDS = 6
MOST_VERSIONS = 100


class AsOfAdmin(RecordPagesAdmin):
    """``as_of_fields`` are the columns of its list as of a date; by default the first few."""

    as_of_fields: tuple[str, ...] = ()

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("as-of/", view(self.as_of_list_view), name=self.url_name("as_of_list")),
            path("<int:pk>/as-of/", view(self.as_of_view), name=self.url_name("as_of")),
            path("<int:pk>/compare/", view(self.compare_view), name=self.url_name("compare")),
        ]
        return own + super().get_urls()

    def moment_of(self, request, name: str = "at") -> Moment:
        """The moment that the address names; now, and a sentence about it, where it makes no sense."""
        text = request.GET.get(name, "")
        found = moments.parse(text) if text and text != "now" else moments.now()
        if found is None:
            messages.warning(request, _("“%(text)s” is no date. This is what is there now.") % {"text": text[:40]})
        return found or moments.now()

    # One record

    def as_of_view(self, request, pk):
        record, name = self.past_or_404(request, pk)
        moment, sight = self.moment_of(request), Sight(request)
        then, now = as_of.face(self.model, pk, moment, sight), as_of.face(self.model, pk, moments.now(), sight)
        context = {
            **self._context(request, pk, record, name),
            "title": _("As it was"),
            "moment": moment,
            "face": then,
            "fields": comparing.fields(then, now),
            "first": self._first(pk),
        }
        return TemplateResponse(request, "history/as_of.html", context)

    def _first(self, pk: Any):
        """The oldest version: before it there is nothing to see."""
        rows = self.model.history.filter(**{self.opts.pk.attname: pk})
        return rows.order_by("history_id").first()

    def compare_view(self, request, pk):
        record, name = self.past_or_404(request, pk)
        start, end = self.moment_of(request, "from"), self.moment_of(request, "to")
        old, new = (as_of.face(self.model, pk, moment, Sight(request)) for moment in (start, end))
        is_everything = "all" in request.GET
        context = {
            **self._context(request, pk, record, name),
            "title": _("Compare"),
            "start": start,
            "end": end,
            "old": old,
            "new": new,
            "fields": [each for each in comparing.fields(old, new) if is_everything or each.differs],
            "tables": [each for each in comparing.tables(old, new) if is_everything or each.differs],
            "is_everything": is_everything,
            "versions": self._versions(pk),
        }
        return TemplateResponse(request, "history/compare.html", context)

    def _versions(self, pk: Any) -> list[Moment]:
        acts = timeline.acts_of(self.model, pk, MOST_VERSIONS)
        return [Moment(act.at, act, f"act-{act.pk}") for act in acts]

    def _context(self, request, pk: Any, record: Any, name: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "name": name,
            "change_url": self.url_of("change", pk) if record else "",
            "history_url": self.url_of("history", pk),
            "as_of_url": self.url_of("as_of", pk),
            "compare_url": self.url_of("compare", pk),
        }

    # The list

    def changelist_view(self, request, extra_context=None):
        extra = {"as_of_list_url": reverse(f"admin:{self.url_name('as_of_list')}"), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def as_of_list_view(self, request):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        moment = self.moment_of(request)
        rows = list(self._page(request, moment)[: ROWS + 1])
        pk = self.opts.pk.attname
        hidden = Sight(request).hidden(self.model, {getattr(row, pk) for row in rows})
        seen = [row for row in rows[:ROWS] if getattr(row, pk) not in hidden]
        table = as_of.listed(self.model, seen, moment, self._as_of_columns())
        context = {
            **self.admin_site.each_context(request),
            "title": _("As it was"),
            "opts": self.opts,
            "moment": moment,
            "table": table,
            "rows": [(self.url_of("as_of", pk), cells) for pk, cells in table.rows.items()],
            "query": request.GET.get("q", ""),
            "next": getattr(rows[ROWS - 1], pk) if len(rows) > ROWS else None,
            "is_paged": bool(request.GET.get("after")),
        }
        return TemplateResponse(request, "history/as_of_list.html", context)

    def _page(self, request, moment: Moment):
        """The records that were there, in the order in which they were entered, or the newest first."""
        rows, pk = as_of.versions(self.model, moment), self.opts.pk.attname
        is_newest_first = list(self.opts.ordering or ()) == ["-pk"]
        if words := request.GET.get("q", "").replace("\0", "").strip()[:100]:
            found = finding.find(words, Sight(request))
            rows = rows.filter(**{f"{pk}__in": [key for model, key in found if model is self.model]})
        after = request.GET.get("after", "")
        if after.isdecimal() and len(after) < 19:
            rows = rows.filter(**{f"{pk}__{'lt' if is_newest_first else 'gt'}": int(after)})
        return rows.order_by(f"-{pk}") if is_newest_first else rows

    def _as_of_columns(self) -> list[str]:
        own = self.as_of_fields or [each.name for each in entries.told_fields(self.model.history.model)]
        return list(own)[: None if self.as_of_fields else FEW_FIELDS]
