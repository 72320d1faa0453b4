"""An order as it stands in the form, before anybody saves it: what it costs and where stock is short right now.

Fields are read one by one by the form's own; what cannot be read counts as not typed yet.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from backoffice.money import amount
from inventory import decimals
from inventory.models import Item, Location, StockLevel
from orders import totals
from orders.forms import OrderForm, OrderLineForm
from orders.models import Order, OrderLine
from orders.overtaken import is_key
from orders.totals import Totals

MOST_LINES = 1_000
Place = tuple[int, int]  # item, location


@dataclass
class Typed:
    totals: Totals
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)  # by the prefix of the line's form


def read(data: Mapping[str, Any]) -> Typed:
    """The figures of a posted form, in a few queries whatever the number of lines."""
    order = Order(discount_percent=_value(OrderForm, "discount_percent", data, "") or Decimal(0))
    order.tax_rate = _value(OrderForm, "tax_rate", data, "")
    order.location = location_of(data.get("location"))
    lines = dict(_lines(data, order))
    available, held = _available(lines.values(), order), _held(lines.values(), order)
    found = Typed(totals.compute(lines.values(), order.discount_percent))
    for prefix, line in lines.items():
        place = _place(line, order)
        wanted = sum(other.quantity - other.shipped for other in lines.values() if _place(other, order) == place)
        found.lines[prefix] = _figures(line, available.get(place, 0), held.get(place, 0), wanted)
    return found


def _value(form: Any, name: str, data: Mapping[str, Any], prefix: str) -> Any:
    try:
        return form.base_fields[name].clean(data.get(f"{prefix}{name}"))
    except ValidationError:
        return None


def location_of(typed: Any) -> Location:
    """The location whose id was typed; the default one if it is none."""
    return (Location.objects.filter(pk=int(typed)).first() if is_key(str(typed)) else None) or Location.default()


def _lines(data: Mapping[str, Any], order: Order) -> Iterator[tuple[str, OrderLine]]:
    """The lines with an item and a quantity, each with what it keeps from the day it was saved."""
    count = min(int(data.get("lines-TOTAL_FORMS") or 0), MOST_LINES) if _is_number(data, "lines-TOTAL_FORMS") else 0
    prefixes = [f"lines-{number}" for number in range(count) if not data.get(f"lines-{number}-DELETE")]
    items = Item.objects.in_bulk(_numbers(data, prefixes, "item"))
    saved = OrderLine.objects.in_bulk(_numbers(data, prefixes, "id"))
    places = Location.objects.in_bulk(_numbers(data, prefixes, "location"))
    for prefix in prefixes:
        item = items.get(int(data[f"{prefix}-item"])) if _is_number(data, f"{prefix}-item") else None
        quantity = _value(OrderLineForm, "quantity", data, f"{prefix}-")
        if item and quantity:
            before = saved.get(int(data[f"{prefix}-id"])) if _is_number(data, f"{prefix}-id") else None
            line = _line(before or OrderLine(), item, quantity, order, data, f"{prefix}-")
            line.location = (
                places.get(int(data[f"{prefix}-location"])) if _is_number(data, f"{prefix}-location") else None
            )
            yield prefix, line


def _line(line: OrderLine, item: Item, quantity: int, order: Order, data: Mapping[str, Any], prefix: str) -> OrderLine:
    line.order, line.item, line.quantity = order, item, quantity
    line.unit_price = _value(OrderLineForm, "unit_price", data, prefix)
    line.discount_percent = _value(OrderLineForm, "discount_percent", data, prefix) or Decimal(0)
    line.freeze()
    return line


def _is_number(data: Mapping[str, Any], name: str) -> bool:
    return is_key(str(data.get(name, "")))


def _numbers(data: Mapping[str, Any], prefixes: list[str], name: str) -> list[int]:
    return [int(data[f"{prefix}-{name}"]) for prefix in prefixes if _is_number(data, f"{prefix}-{name}")]


def _place(line: OrderLine, order: Order) -> Place:
    return line.item_id, line.served_from(order).pk


def _available(lines, order: Order) -> dict[Place, int]:
    levels = StockLevel.objects.filter(item__in={line.item_id for line in lines})
    return {(item, place): units for item, place, units in levels.values_list("item", "location", "available")}


def _held(lines, order: Order) -> dict[Place, int]:
    """What the saved lines hold already, and so can have again."""
    held: dict[Place, int] = defaultdict(int)
    for line in lines:
        held[_place(line, order)] += line.allocated or 0
    return held


def _figures(line: OrderLine, available: int, held: int, wanted: int) -> dict[str, Any]:
    is_short = line.item.is_stocked and wanted > available + held
    return {
        "amount": amount(line.amount),
        "price": decimals.typed(f"{line.unit_price:.2f}"),
        "available": available + held if line.item.is_stocked else None,
        "short": _short(line, available + held, wanted) if is_short else "",
    }


def _short(line: OrderLine, available: int, wanted: int) -> str:
    if line.may_wait:
        return _("%(missing)d will wait for stock") % {"missing": wanted - max(0, available)}
    return _("only %(available)d available") % {"available": available} if available > 0 else _("none available")
