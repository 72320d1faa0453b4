"""Made-up facts, for the preview of a wording."""

from decimal import Decimal

from django.conf import settings

from backoffice.company import who
from backoffice.money import money, percent
from notifications.choices import OF_IMPORTS, OF_ORDERS, Event
from notifications.facts import Facts, site_link


def of(event: str) -> Facts:
    shared = {"company": who.name(), "name": "Katherine Johnson"}
    if event in OF_ORDERS:
        return shared | of_order()
    if event in OF_IMPORTS:
        return shared | of_import()
    return shared | OTHERS[Event(event)]()


def lines() -> list[Facts]:
    mug = {"quantity": 2, "name": "Mug, blue", "sku": "MUG-1036", "discount": ""}
    kettle = {"quantity": 1, "name": "Kettle & cups <set>", "sku": "KET-2001", "discount": percent(Decimal(10))}
    return [mug | {"amount": money(Decimal(25))}, kettle | {"amount": money(Decimal(54))}]


def of_order() -> Facts:
    return {
        "number": f"{settings.ORDER_NUMBER_PREFIX}1042",
        "address": "1 Mill Lane\nLondon",
        "due": "",
        "lines": lines(),
        "shipped": [{key: line[key] for key in ("quantity", "name", "sku")} for line in lines()],
        "left": 3,
        "discount": {"percent": percent(Decimal(5)), "amount": money(Decimal(3))},
        "taxes": [],
        "total": money(Decimal(76)),
    }


def of_import() -> Facts:
    link = site_link("imports_importrun_changelist")
    error = "Row 42: “abc” is not a number."
    counts = {"new": 12, "changed": 80, "unchanged": 4, "refused": 3}
    return {"file": "may-count.xlsx", "error": error, "link": link, **counts}


def of_stock() -> Facts:
    item = {"sku": "MUG-1036", "name": "Mug, blue", "location": "Main", "available": 3, "reorder_level": 5}
    return {"items": [item], "more": 0, "link": site_link("inventory_stocklevel_changelist")}


def of_failure() -> Facts:
    link = site_link("notifications_notification_changelist")
    why = "550 no such mailbox"
    return {"what": "order shipped", "number": "SO-1042", "recipient": "kath@example.com", "why": why, "link": link}


def of_digest() -> Facts:
    message = {"at": "27 Nov, 10:00", "subject": "Running low: MUG-1036", "text": "MUG-1036 at Main: 3 available"}
    return {"messages": [message, message], "count": 2}


OTHERS = {Event.STOCK_RAN_LOW: of_stock, Event.DELIVERY_FAILED: of_failure, Event.DIGEST: of_digest}
