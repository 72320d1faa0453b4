from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = _("Stock")

    def ready(self):
        from inventory import as_of, dashboard, import_kind, palette, receivers, timeline, undo

        receivers.connect()
        import_kind.register()
        timeline.contribute()
        as_of.contribute()
        undo.contribute()
        palette.contribute()
        dashboard.contribute()
