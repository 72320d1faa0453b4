"""The list of messages: chips for how far they got, and the filters by which other pages lead here."""

from django.contrib import admin
from django.db.models import Count
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from notifications.choices import NEED_YOU, State
from notifications.models import Notification

TONES = {
    State.SENDING: "info",
    State.ACCEPTED: "info",
    State.DELIVERED: "ok",
    State.OPENED: "ok",
    State.UNCERTAIN: "warn",
    State.BOUNCED: "bad",
    State.COMPLAINED: "bad",
    State.FAILED: "bad",
}
NEEDS_YOU = "needs-you"


def badge(notification: Notification) -> str:
    tone = TONES.get(State(notification.state), "idle")
    return format_html('<span class="bo-badge bo-badge-{}">{}</span>', tone, notification.get_state_display())


class StateFilter(admin.SimpleListFilter):
    """Chips instead of a drop-down. Only what needs somebody is counted: those are few."""

    title = _("state")
    parameter_name = "state"
    template = "notifications/state_chips.html"

    def lookups(self, request, model_admin):
        return [(NEEDS_YOU, _("Needs you")), *State.choices]

    def queryset(self, request, queryset):
        if self.value() == NEEDS_YOU:
            return queryset.need_you()
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset

    def choices(self, changelist):
        counts = self._counts()
        for value, label in [("", _("All")), *self.lookup_choices]:
            count = counts.get(value)
            is_chosen = (self.value() or "") == value
            if count == 0 and not is_chosen:
                continue
            query = changelist.get_query_string({self.parameter_name: value} if value else {}, [self.parameter_name])
            yield {"selected": is_chosen, "query_string": query, "display": label, "count": count}

    def _counts(self) -> dict[str, int]:
        rows = Notification.objects.need_you().order_by().values_list("state").annotate(Count("pk"))
        counts = dict.fromkeys(map(str, NEED_YOU), 0) | dict(rows)
        return {NEEDS_YOU: sum(counts.values()), **counts}


class AboutFilter(admin.SimpleListFilter):
    """The messages about one customer, reached from elsewhere: a choice of all customers would be no choice."""

    title = _("customer")
    parameter_name = "customer"

    def lookups(self, request, model_admin):
        chosen = request.GET.get(self.parameter_name, "")
        return [(chosen, _("this customer"))] if chosen.isdecimal() else []

    def queryset(self, request, queryset):
        is_asked = str(self.value() or "").isdecimal()
        return queryset.filter(order__customer=int(self.value())) if is_asked else queryset
