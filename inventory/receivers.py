from django.db.models.signals import post_migrate, post_save, pre_save

from inventory import rules
from inventory.models import Location, StockLevel, StockMovement


def connect():
    pre_save.connect(refuse_overdraw, sender=StockMovement, dispatch_uid="inventory.refuse_overdraw")
    post_save.connect(move_balances, sender=StockMovement, dispatch_uid="inventory.move_balances")
    post_migrate.connect(create_default_location, dispatch_uid="inventory.create_default_location")


def refuse_overdraw(instance, raw, **kwargs):
    if raw:
        return
    level = instance.level if instance.is_level_read else StockLevel.objects.locked().get(pk=instance.level_id)
    rules.check_movement(instance, level)
    instance.weigh(level)
    instance.sign()


def move_balances(instance, raw, **kwargs):
    if raw:
        return
    before = instance.on_hand_after - instance.on_hand_delta, instance.allocated_after - instance.allocated_delta
    level = StockLevel.objects.filter(pk=instance.level_id).with_balance(*before)
    if level.move(instance.on_hand_delta, instance.allocated_delta) != 1:
        raise rules.StockRefused("The balance changed while it was being moved. Try again.", "stock_moved")
    if instance.is_level_read:
        instance.carry_over()


def create_default_location(app_config, using, **kwargs):
    if app_config.label == "inventory" and not Location.objects.using(using).filter(is_default=True).exists():
        Location.objects.db_manager(using).create(code="main", name="Main", is_default=True)
