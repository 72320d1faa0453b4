from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Sell")

    def ready(self):
        from inventory import panels, proof
        from orders import as_of, dashboard, figures, import_kinds, palette, receivers, timeline, undo
        from orders.holders import holders
        from orders.proof import illegal_steps, wrong_lines, wrong_totals

        receivers.connect()
        timeline.contribute()
        as_of.contribute()
        undo.contribute()
        palette.contribute()
        dashboard.contribute()
        figures.contribute()
        import_kinds.register()
        panels.contribute(holders)
        proof.register(wrong_lines)
        proof.register(wrong_totals)
        proof.register(illegal_steps)
