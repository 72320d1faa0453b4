"""A form that was sent twice under one key, in other words: what the second says that the first did not."""

from collections import Counter
from collections.abc import Iterator

from django.contrib.admin.utils import label_for_field
from django.http import QueryDict
from django.utils.translation import gettext as _

from inventory.models import Item
from orders.models import Customer, Order
from orders.new_customer import PREFIX


def differences(order: Order, posted: QueryDict) -> list[str]:
    """What was sent now, where it is not what the order says: customer and units of each item."""
    return [*_customer(order, posted), *_units(order, posted), *_note(order, posted)]


def _customer(order: Order, posted: QueryDict) -> Iterator[str]:
    key, name = str(posted.get("customer", "")), str(posted.get(f"{PREFIX}-name", "")).strip()
    if key == str(order.customer_id) or (not key and name == order.customer.name):
        return
    if sent := Customer.objects.filter(pk=key).first() if key.isdigit() else name:
        yield _("customer %(entered)s, now %(sent)s") % {"entered": order.customer, "sent": sent}


def _note(order: Order, posted: QueryDict) -> Iterator[str]:
    for name in ("note", "address", "due_date"):
        entered, sent = str(getattr(order, name) or ""), str(posted.get(name, "")).replace("\r\n", "\n")
        if entered != sent:
            label = label_for_field(name, Order)
            yield _("%(label)s “%(entered)s”, now “%(sent)s”") % {"label": label, "entered": entered, "sent": sent}


def _units(order: Order, posted: QueryDict) -> Iterator[str]:
    entered: Counter[str] = Counter()
    for item_id, quantity in order.lines.values_list("item_id", "quantity"):
        entered[str(item_id)] += quantity
    sent = _sent(posted)
    changed = [key for key in entered | sent if entered[key] != sent[key]]
    skus = {str(key): item.sku for key, item in Item.objects.in_bulk([key for key in changed if key.isdigit()]).items()}
    for key in changed:
        if key in skus:
            yield _("%(entered)d of %(sku)s, now %(sent)d") % {
                "entered": entered[key],
                "sku": skus[key],
                "sent": sent[key],
            }


def _sent(posted: QueryDict) -> Counter[str]:
    sent: Counter[str] = Counter()
    for name in posted:
        prefix, _dash, field = name.rpartition("-")
        quantity = str(posted.get(f"{prefix}-quantity", ""))
        if field == "item" and quantity.isdigit() and f"{prefix}-DELETE" not in posted:
            sent[str(posted[name])] += int(quantity)
    return sent
