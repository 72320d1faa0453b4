from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate

from backoffice import languages, roles, time_zones


def connect():
    post_migrate.connect(install_roles, dispatch_uid="backoffice.install_roles")
    user_logged_in.connect(remember_preferences, dispatch_uid="backoffice.remember_preferences")


def install_roles(app_config, using, **kwargs):
    roles.install(app_config, using)


def remember_preferences(request, user, **kwargs):
    languages.remember(request, user)
    time_zones.remember(request, user)
