from django.db.models.signals import post_migrate

from backoffice import roles


def connect():
    post_migrate.connect(install_roles, dispatch_uid="backoffice.install_roles")


def install_roles(app_config, using, **kwargs):
    roles.install(app_config, using)
