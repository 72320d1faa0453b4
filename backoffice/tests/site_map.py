"""Every address of the site, read from the URL configuration, with a real object behind each that needs one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from backoffice.access import events
from backoffice.company.models import Company
from backoffice.exports.models import Export
from backoffice.filters.models import SavedFilter
from backoffice.history.models import ChangeSet, Undo
from inventory import import_items
from inventory.tests.shop import make_item
from notifications.models import CapturedMail
from notifications.suppression import Suppression
from orders import workflow
from orders.tests.shop import make_order, place_order

OPEN = {"alive", "ready", "admin:login", "unsubscribe", "webhook"}  # for who is not signed in, too
OWN = {  # one's own account: everybody who is signed in, nobody else's data
    "verify",
    "second_factor",
    "renew_codes",
    "remove_second_factor",
    "own_sessions",
    "end_other_sessions",
}
WORDS = {"kind": "items", "app_label": "orders", "content_type_id": "1", "label": "orders.order", "channel": "email"}
OTHERWISE = {  # addresses whose object is of another model than they lie below
    "admin:history_undo": "history.undo",
    "admin:history_undo_progress": "history.undo",
    "admin:orders_order_customer": "orders.customer",
    "admin:remove_filter": "filters.savedfilter",
}
QUERIES = {"admin:autocomplete": "?term=mug&app_label=orders&model_name=orderline&field_name=item"}
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """``route`` as Django has it, such as ``admin/orders/order/<int:pk>/ship/``."""

    name: str
    route: str

    @property
    def model(self) -> str:
        """``orders.order`` for what lies below an admin page of a model; blank elsewhere."""
        parts = self.route.split("/")
        label = ".".join(parts[1:3])
        return label if parts[0] == "admin" and label in {m._meta.label_lower for m in apps.get_models()} else ""

    @property
    def needs_object(self) -> bool:
        return bool(CONVERTER.search(self.route))

    def path(self, samples: dict[str, str]) -> str:
        """The address of the sample of its model; words are as the page expects them."""
        of_model = samples.get(OTHERWISE.get(self.name, self.model), "1")
        given = {name: WORDS.get(name, of_model) for name in CONVERTER.findall(self.route)}
        path = CONVERTER.sub(lambda found: given[found[1]], self.route)
        return f"/{path}{QUERIES.get(self.name, '')}"


def addresses() -> list[Address]:
    return sorted(set(_walk(get_resolver())), key=lambda address: address.route)


def _walk(resolver: URLResolver, namespaces: tuple[str, ...] = (), route: str = "") -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, str(pattern.namespace)) if pattern.namespace else namespaces
            yield from _walk(pattern, inner, route + str(pattern.pattern))
        elif _is_a_page(pattern):
            yield Address(":".join((*namespaces, str(pattern.name))), route + _plain(str(pattern.pattern)))


def _is_a_page(pattern: URLPattern) -> bool:
    """Not the redirect of bare object addresses, nor the catch-all that answers 404."""
    return bool(pattern.name)


def _plain(route: str) -> str:
    """Regular expressions as routes: only Django's list of an app is one."""
    return "<str:app_label>/" if route.startswith("^(?P<app_label>") else route


def furnish(tmp_path) -> None:
    """A day in the shop, so that every page has something to show."""
    Company(name="Mill Lane Pottery", currency="EUR").save()
    mug, tea = make_item("MUG-1", on_hand=20), make_item("TEA-1", on_hand=5)
    shipped = place_order((mug, 2))
    workflow.ship(shipped)
    place_order((tea, 1), customer=shipped.customer)
    make_order((mug, 1), customer=shipped.customer)
    sheet = tmp_path / "stock.csv"
    sheet.write_text("sku,quantity\nMUG-1,30\nNEW-1,\n")
    import_items.run_file(sheet)
    owner = User.objects.create_user("owner", is_staff=True)
    Export.objects.create(user=owner, source="inventory.item", label="Items", format="csv", state="ready").file.save(
        "items", ContentFile(b"sku\n")
    )
    events.record("in", user=owner)
    SavedFilter.objects.create(list="orders.order", name="Mine", query="q=1", owner=owner, is_shared=True)
    Suppression.objects.create(address="kath@example.com")
    Undo.objects.create(undone=ChangeSet.objects.latest("pk"), reason="a mistake", user=owner)
    CapturedMail.objects.create(recipient="kath@example.com", subject="Hello", text="Hello", message_id="<1@shop>")


def samples() -> dict[str, str]:
    """The newest object of each model, by ``app.model``; of people, one who is not looking."""
    found = {}
    for model in apps.get_models():
        newest = model._default_manager.order_by("pk").last()
        if newest is not None:
            found[model._meta.label_lower] = str(newest.pk)
    found["auth.user"] = str(User.objects.get(username="owner").pk)
    found["auth.group"] = str(Group.objects.get(name="Sales").pk)
    return found


class Writes:
    """Statements that change anything but sessions and the record of the door."""

    HARMLESS = ("access_", "axes_", "django_session")

    def __init__(self):
        self.found: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        verb, *rest = sql.split(None, 3)
        if verb in {"INSERT", "UPDATE", "DELETE"}:
            table = (rest[0] if verb == "UPDATE" else rest[1]).strip('"')
            if not table.startswith(self.HARMLESS):
                self.found.append(f"{verb} {table}")
        return execute(sql, params, many, context)

    def watching(self):
        return connection.execute_wrapper(self)
