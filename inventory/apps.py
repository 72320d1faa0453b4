from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = _("Stock")

    def ready(self):
        from backoffice.exports import sources
        from inventory import as_of, dashboard, import_kind, palette, receivers, timeline, undo
        from inventory.stock_value_page import StockAsOfSource

        receivers.connect()
        import_kind.register()
        timeline.contribute()
        as_of.contribute()
        sources.register(StockAsOfSource)
        undo.contribute()
        palette.contribute()
        dashboard.contribute()
