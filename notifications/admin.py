from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice.exports.lists import ExportAdmin
from backoffice.history.admin import ReadOnlyAdmin
from notifications.models import CapturedMail, Notification
from notifications.resources import NotificationResource


@admin.register(Notification)
class NotificationAdmin(ExportAdmin, ReadOnlyAdmin):
    resource_classes = [NotificationResource]
    list_display = ["created_at", "event", "order", "recipient", "state", "attempts", "error"]
    list_filter = ["state", "event"]
    empty_text = _("They are written when orders are placed.")
    list_select_related = ["order"]
    search_fields = ["recipient__startswith", "order__number__exact"]
    search_help_text = _("Recipient or order number")
    fields = [
        ("event", "order"),
        ("recipient", "state"),
        ("created_at", "accepted_at"),
        ("attempts", "message_id"),
        "error",
        "subject",
        "text",
    ]


@admin.register(CapturedMail)
class CapturedMailAdmin(ReadOnlyAdmin):
    list_display = ["at", "recipient", "subject"]
    search_fields = ["recipient", "subject"]
    change_form_template = "notifications/captured_mail.html"
    fields = ["at", "recipient", "subject", "message_id", "text"]
