"""A mail backend for the demo: nothing leaves the machine, every mail can be opened on screen."""

from django.core.mail.backends.base import BaseEmailBackend

from notifications.models import CapturedMail


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages):
        for message in email_messages:
            self._keep(message)
        return len(email_messages)

    def _keep(self, message) -> None:
        html = [part.content for part in getattr(message, "alternatives", []) if part.mimetype == "text/html"]
        CapturedMail.objects.update_or_create(
            message_id=message.extra_headers.get("Message-ID") or message.message()["Message-ID"],
            defaults={
                "recipient": ", ".join(message.recipients()),
                "subject": message.subject,
                "text": message.body,
                "html": html[0] if html else "",
            },
        )
