"""Spreadsheet columns of messages: to whom, about what, and what became of it."""

from import_export.fields import Field

from backoffice.exports.resources import ExportResource
from notifications.models import Notification


class NotificationResource(ExportResource):
    order = Field(attribute="order__number", column_name="order")
    related = ("order",)

    class Meta:
        model = Notification
        fields = ("created_at", "event", "order", "recipient", "state", "accepted_at", "attempts", "subject", "error")
        export_order = fields
