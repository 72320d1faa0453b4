from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class BackOfficeConfig(AppConfig):
    name = "backoffice"
    verbose_name = _("Back office")

    def ready(self):
        from backoffice import checks, receivers, sentry  # noqa: F401  (checks register themselves)

        receivers.connect()
        sentry.start()
        apps.get_app_config("auth").verbose_name = _("Settings")  # where the menu has users and roles


class BackOfficeAdminConfig(AdminConfig):
    default_site = "backoffice.site.BackOfficeSite"
