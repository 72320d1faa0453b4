from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate

from backoffice import languages, roles, time_zones, words


def connect():
    post_migrate.connect(install_roles, dispatch_uid="backoffice.install_roles")
    post_migrate.connect(index_words, dispatch_uid="backoffice.index_words")
    user_logged_in.connect(remember_preferences, dispatch_uid="backoffice.remember_preferences")


def install_roles(app_config, using, **kwargs):
    roles.install(app_config, using)


def index_words(app_config, using, **kwargs):
    words.install(using, list(app_config.get_models()))


def remember_preferences(request, user, **kwargs):
    languages.remember(request, user)
    time_zones.remember(request, user)
