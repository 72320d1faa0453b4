from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Sell")

    def ready(self):
        from inventory import proof
        from orders import receivers, timeline
        from orders.proof import breaches

        receivers.connect()
        timeline.contribute()
        proof.register(breaches)
