from django.conf import settings
from django.contrib import admin


class BackOfficeSite(admin.AdminSite):
    """The admin is the application."""

    def login(self, request, extra_context=None):
        logins = [(role, *login) for role, login in settings.DEMO_LOGINS.items()] if settings.DEMO else []
        return super().login(request, {**(extra_context or {}), "demo_logins": logins})
