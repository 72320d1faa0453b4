"""The link in messages that nobody has to get: one press, also by the mailbox itself (RFC 8058), and no more come."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from backoffice.company import who
from notifications.suppression import Suppression, suppress

SALT = "notifications.unsubscribe"


def link(channel: str, address: str) -> str:
    key = signing.dumps([channel, address], salt=SALT, compress=True)
    return settings.SITE_URL + reverse("unsubscribe", args=[key])


def headers(url: str) -> dict[str, str]:
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {}


@method_decorator([login_not_required, csrf_exempt, never_cache], name="dispatch")
class Unsubscribe(View):
    """GET asks, so that a scanner that follows every link unsubscribes nobody. The key is the permission."""

    def get(self, request, key):
        return self._answer(request, key, is_done=False)

    def post(self, request, key):
        return self._answer(request, key, is_done=True)

    def _answer(self, request, key, is_done):
        try:
            channel, address = signing.loads(key, salt=SALT)
        except (signing.BadSignature, ValueError):
            return render(request, "notifications/unsubscribe.html", {"is_unknown": True}, status=404)
        if is_done:
            suppress(channel, address, Suppression.Reason.UNSUBSCRIBED)
        context = {"address": address, "is_done": is_done, "company": who.name()}
        return render(request, "notifications/unsubscribe.html", context)
