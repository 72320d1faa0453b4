from django.db.models.signals import post_migrate, pre_save

from inventory import rules
from inventory.models import Location, StockLevel, StockMovement
from inventory.signals import stock_moved


def connect():
    pre_save.connect(refuse_overdraw, sender=StockMovement, dispatch_uid="inventory.refuse_overdraw")
    stock_moved.connect(move_balances, sender=StockMovement, dispatch_uid="inventory.move_balances")
    post_migrate.connect(create_default_location, dispatch_uid="inventory.create_default_location")


def refuse_overdraw(instance, raw, **kwargs):
    if raw:
        return
    level = instance.level if instance.is_level_read else StockLevel.objects.locked().get(pk=instance.level_id)
    rules.check_movement(instance, level)
    instance.weigh(level)
    instance.sign()


def move_balances(movements, **kwargs):
    if not StockLevel.objects.move(movements):
        raise rules.StockRefused("The balance changed while it was being moved. Try again.", "stock_moved")


def create_default_location(app_config, using, **kwargs):
    if app_config.label == "inventory" and not Location.objects.using(using).filter(is_default=True).exists():
        Location.objects.db_manager(using).create(code="main", name="Main", is_default=True)
