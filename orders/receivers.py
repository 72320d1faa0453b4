from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from inventory import claims, stock
from inventory.models import Item, StockLevel, StockMovement
from inventory.signals import stock_arrived, stock_fell_short, stock_moved
from orders import edits, figures, numbering, rules, workflow
from orders.models import LINE, Order, OrderLine
from orders.tasks import settle_waiting


def connect():
    pre_save.connect(refuse_item_rule, sender=Item, dispatch_uid="orders.refuse_item_rule")
    pre_save.connect(assign_number, sender=Order, dispatch_uid="orders.assign_number")
    pre_save.connect(refuse_transition, sender=Order, dispatch_uid="orders.refuse_transition")
    post_save.connect(settle_order, sender=Order, dispatch_uid="orders.settle_order")
    post_save.connect(reprice_order, sender=Order, dispatch_uid="orders.reprice_order")
    post_save.connect(count_placing, sender=Order, dispatch_uid="orders.count_placing")
    pre_delete.connect(refuse_deletion, sender=Order, dispatch_uid="orders.refuse_deletion")
    pre_save.connect(refuse_line, sender=OrderLine, dispatch_uid="orders.refuse_line")
    post_save.connect(settle_line, sender=OrderLine, dispatch_uid="orders.settle_line")
    post_save.connect(total_order, sender=OrderLine, dispatch_uid="orders.total_order")
    pre_delete.connect(refuse_line_deletion, sender=OrderLine, dispatch_uid="orders.refuse_line_deletion")
    post_delete.connect(release_line, sender=OrderLine, dispatch_uid="orders.release_line")
    post_delete.connect(total_order, sender=OrderLine, dispatch_uid="orders.total_order")
    stock_moved.connect(record_on_lines, sender=StockMovement, dispatch_uid="orders.record_on_lines")
    stock_arrived.connect(enqueue_waiting, sender=StockLevel, dispatch_uid="orders.enqueue_waiting")
    stock_fell_short.connect(give_up_newest, sender=StockLevel, dispatch_uid="orders.give_up_newest")


def refuse_item_rule(instance, raw, **kwargs):
    if raw or instance._state.adding:
        return
    list(StockLevel.objects.filter(item=instance).locked())  # nobody places an order for it meanwhile
    rules.check_item_rule_kept(instance)


def assign_number(instance, raw, **kwargs):
    if not raw and not instance.number:
        instance.number = numbering.next_number()


def refuse_transition(instance, raw, **kwargs):
    if raw:
        return
    if instance._state.adding:
        rules.check_new(instance)
        return
    rules.check_change(instance, edits.locked_order(instance))


def settle_order(instance, created, raw, **kwargs):
    if raw or created or not instance.moves_stock() or edits.of(instance):
        return
    workflow.settle(instance)


def reprice_order(instance, created, raw, **kwargs):
    if raw or created or not instance.moves_prices() or edits.of(instance):
        return
    workflow.reprice(instance)


def count_placing(instance, raw, **kwargs):
    if not raw and instance.became(Order.Status.CONFIRMED):
        figures.count_placed()


def refuse_deletion(instance, **kwargs):
    claims.lock(edits.full_claims(instance))
    rules.check_deletable(Order.objects.locked().get(pk=instance.pk))


def refuse_line(instance, raw, **kwargs):
    if raw:
        return
    rules.check_line(instance, *edits.locked_line(instance))


def settle_line(instance, created, raw, **kwargs):
    if raw or edits.put_off(instance, created):
        return
    order = Order.objects.select_related("location").get(pk=instance.order_id)
    stock.settle([instance.claim(order)])


def total_order(instance, raw=False, origin=None, **kwargs):
    is_order_going = getattr(origin, "model", type(origin)) is Order
    if raw or is_order_going or edits.of(instance.order):
        return
    workflow.retotal(instance.order_id)


def refuse_line_deletion(instance, origin, **kwargs):
    workflow.lock_lines(instance.order)  # all of them: those of a deleted order come one by one
    rules.check_line_deletable(
        *edits.locked_line(instance), is_order_going=getattr(origin, "model", type(origin)) is Order
    )


def release_line(instance, **kwargs):
    workflow.release(instance)


def record_on_lines(movements, **kwargs):
    if of_lines := [movement for movement in movements if movement.source_kind == LINE]:
        workflow.record_movements(of_lines)


def enqueue_waiting(levels, **kwargs):
    if waiting := workflow.waiting_orders(levels):
        settle_waiting.enqueue(waiting)


def give_up_newest(level, quantity, **kwargs):
    workflow.give_up_newest(level, quantity)
