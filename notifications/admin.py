from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from backoffice.exports.lists import ExportAdmin
from backoffice.history.admin import ReadOnlyAdmin
from backoffice.words import asked
from notifications import outbox, stops
from notifications.choices import State
from notifications.models import CapturedMail, Health, Notification, Suppression
from notifications.notification_list import AboutFilter, StateFilter, badge
from notifications.resources import NotificationResource
from notifications.rulebook_admin import RuleAdmin as RuleAdmin
from notifications.simulation import bounce
from notifications.suppression import suppress, suppressed
from notifications.suppression_admin import SuppressionAdmin as SuppressionAdmin
from notifications.wording_admin import WordingAdmin as WordingAdmin

AGAIN = "notifications.resend_notification"
SUPPRESS = "notifications.suppress_notification"


@admin.register(Notification)
class NotificationAdmin(ExportAdmin, ReadOnlyAdmin):
    resource_classes = [NotificationResource]
    list_display = ["created_at", "status", "event", "recipient", "order", "channel", "words"]
    list_filter = [StateFilter, "event", "channel", AboutFilter]
    list_select_related = ["order"]
    empty_text = _("They are written when orders are placed.")
    search_fields = ["recipient"]  # shows the box; get_search_results decides
    search_help_text = _("Recipient or order number")
    change_form_template = "notifications/notification.html"
    empty_value_display = ""

    class Media:
        css = {"all": ["notifications/notifications.css"]}

    @admin.display(description=_("state"), ordering="state")
    def status(self, notification):
        return badge(notification)

    @admin.display(description=_("provider's words"))
    def words(self, notification):
        return format_html('<span class="bo-words">{}</span>', notification.error) if notification.error else ""

    def get_search_results(self, request, queryset, search_term):
        words = asked(search_term)
        return queryset.search(words) if words else queryset, False

    def get_fields(self, request, obj=None):
        return []  # the page is its template

    def get_urls(self):
        steps = {"again": self.again, "suppress": self.suppress, "bounce": self.bounce}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(require_POST(view)), name=f"notification_{name}")
            for name, view in steps.items()
        ]
        resume = self.admin_site.admin_view(require_POST(self.resume))
        return [*own, path("resume/<slug:channel>/", resume, name="notification_resume"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        notification = self.get_object(request, object_id)
        more = self.page_of(request, notification) if notification else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def page_of(self, request, notification: Notification) -> dict[str, Any]:
        address = {notification.recipient}
        return {
            "status": badge(notification),
            "happenings": notification.happenings.order_by("-at", "-pk"),
            "items_told": notification.items.all(),
            "repeated": notification.repeated.all(),
            "gathered": notification.gathered.all(),
            "is_suppressed": bool(suppressed(notification.channel, address, notification.event)),
            "may_send_again": request.user.has_perm(AGAIN) and is_over(notification),
            "may_suppress": request.user.has_perm(SUPPRESS) and notification.channel != Notification.Channel.CHAT,
            "may_simulate": settings.DEMO and request.user.has_perm(SUPPRESS) and notification.provider == "capture",
        }

    # Steps

    def again(self, request, pk):
        notification = self._message(request, pk, AGAIN)
        if not is_over(notification):
            messages.error(request, _("It is still on its way."))
            return self._back(notification)
        new = outbox.queue_again(notification)
        messages.success(request, _("It is sent again, to %s.") % new.recipient)
        return self._back(new)

    def suppress(self, request, pk):
        notification = self._message(request, pk, SUPPRESS)
        suppress(notification.channel, notification.recipient, Suppression.Reason.BY_HAND)
        messages.success(request, _("Nothing is sent to %s any more.") % notification.recipient)
        return self._back(notification)

    def bounce(self, request, pk):
        notification = self._message(request, pk, SUPPRESS)
        if not settings.DEMO:
            raise PermissionDenied
        bounce(notification)
        messages.success(request, _("The provider reports that it bounced. The worker takes it in now."))
        return self._back(notification)

    def resume(self, request, channel):
        if not request.user.has_perm(AGAIN):
            raise PermissionDenied
        health = get_object_or_404(Health, pk=channel)
        stops.resume(health.channel)
        messages.success(request, _("It is tried again now."))
        return HttpResponseRedirect(reverse("admin:notifications_notification_changelist"))

    def _message(self, request, pk, permission) -> Notification:
        notification = get_object_or_404(self.get_queryset(request), pk=pk)
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return notification

    def _back(self, notification):
        return HttpResponseRedirect(reverse("admin:notifications_notification_change", args=[notification.pk]))


def is_over(notification: Notification) -> bool:
    """Whether nothing more happens to the message by itself."""
    is_to_be_repeated = notification.state == State.UNCERTAIN and notification.next_try_at is not None
    return notification.state not in {State.QUEUED, State.SENDING, State.HELD} and not is_to_be_repeated


@admin.register(CapturedMail)
class CapturedMailAdmin(ReadOnlyAdmin):
    list_display = ["at", "recipient", "subject"]
    search_fields = ["recipient", "subject"]
    change_form_template = "notifications/captured_mail.html"
    fields = ["at", "recipient", "subject", "message_id", "text"]
