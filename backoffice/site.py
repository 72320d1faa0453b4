from django.contrib import admin


class BackOfficeSite(admin.AdminSite):
    """The admin is the application."""
