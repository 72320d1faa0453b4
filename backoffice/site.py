from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class BackOfficeSite(admin.AdminSite):
    """The admin is the application."""

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        logins = [(role, *login) for role, login in settings.DEMO_LOGINS.items()] if settings.DEMO else []
        return super().login(request, {**(extra_context or {}), "demo_logins": logins})
