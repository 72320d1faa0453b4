from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate

from backoffice import roles, time_zones


def connect():
    post_migrate.connect(install_roles, dispatch_uid="backoffice.install_roles")
    user_logged_in.connect(remember_time_zone, dispatch_uid="backoffice.remember_time_zone")


def install_roles(app_config, using, **kwargs):
    roles.install(app_config, using)


def remember_time_zone(request, user, **kwargs):
    time_zones.remember(request, user)
