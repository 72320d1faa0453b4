from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from backoffice.access import second_factor, sessions

WITHOUT_SECOND_FACTOR = {"verify", "second_factor", "admin:logout", "admin:login", "admin:jsi18n", "alive", "ready"}
PERMISSIONS_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


class SecondFactorMiddleware:
    """Who has, or must have, a second factor gets nowhere without it, whatever the address asked for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.view_name in WITHOUT_SECOND_FACTOR or not second_factor.is_missing(request):
            return None
        query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return HttpResponseRedirect(f"{reverse('verify')}?{query}")


class SessionLimitsMiddleware:
    """Ends a session that was begun too long ago or left alone for too long; its person signs in anew."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and sessions.is_over(request.session):
            logout(request)
        return self.get_response(request)


class PrivacyMiddleware:
    """Nothing that a person signed in for is kept by a browser or a proxy; no page uses more of the machine than it
    needs."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if request.user.is_authenticated or response.headers.get("Set-Cookie") or response.cookies:
            patch_cache_control(response, no_store=True, private=True)
        return response
