"""Every page there is, found by asking the admin for its addresses: a new page is tested without being listed.

An address that names a record is opened for one record of each state its model knows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django_ox.testing import run_tasks

from backoffice.imports import kinds
from inventory import import_items
from inventory.tests.shop import make_item
from notifications.models import Notification
from orders import workflow
from orders.tests.shop import make_customer, make_order, place_order

STATES = ("status", "state", "source", "kind")  # fields whose every value makes another page
ALIKE = ("_history", "_delete")  # pages that look the same whatever state a record is in
RECORD = {"object_id", "pk", "id"}
SAMPLES = Path(__file__).resolve().parent.parent.parent / "fixtures" / "samples"


def open_shop(folder: Path) -> None:
    """One of everything: orders of each state, items that run low or are no goods, imports, messages."""
    mug, tea = make_item("MUG-1", on_hand=40, category="Kitchen"), make_item("TEA-1", on_hand=6)
    make_item(
        "POST", is_stocked=False, name="A parcel whose name is rather long, so that it has to be broken somewhere"
    )
    level = tea.levels.get()
    level.reorder_level = 9
    level.save()
    ada = make_customer("Ada Adeyemi", address="41 Mill Lane")
    make_order((mug, 2), (tea, 1), customer=ada, note="Leave it at the door.")
    place_order((mug, 1), customer=ada)
    workflow.ship(place_order((mug, 3), customer=ada))
    partly = place_order((mug, 3), customer=ada)
    workflow.ship(partly, {partly.lines.get().pk: 1})
    workflow.cancel(place_order((mug, 1), customer=ada))
    _import(folder)
    run_tasks()
    Notification.objects.earliest("pk").mark_failed("550 no such mailbox")


def _import(folder: Path) -> None:
    goods = folder / "goods.csv"
    goods.write_text("SKU,Name,Quantity\nMUG-1,Stoneware mug,41\nCUP-1,Cup,7\n")
    import_items.run_file(goods, mode="set")
    import_items.run_file(SAMPLES / "stock-count.xlsx", mode="set", dry_run=True)


def sign_in(role: str) -> Client:
    user = User.objects.create_user(f"a-{role.lower()}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def of(client: Client) -> list[str]:
    """The pages that this client may open. What is downloaded, posted to or refused is none."""
    return [url for url, _answer in answers(client)]


def answers(client: Client) -> Iterator[tuple[str, Any]]:
    """The same pages, each as it was answered."""
    for url in dict.fromkeys(addresses()):
        if _is_page(answer := client.get(url)):
            yield url, answer


def _is_page(response) -> bool:
    assert response.status_code < 500, response.request["PATH_INFO"]
    if response.streaming:
        b"".join(response.streaming_content)  # closes the file
        return False
    is_markup = response.status_code == 200 and response["Content-Type"].startswith("text/html")
    return is_markup and b"<html" in response.content[:1000]  # what scripts fetch is a part of a page


def addresses() -> Iterator[str]:
    for pattern in _patterns(get_resolver().url_patterns):
        if pattern.name and pattern.name != "logout":
            yield from _addresses_of(pattern)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield f"{reverse(f'{name}_changelist')}?q=nothing-is-called-this"
        yield f"{reverse(f'{name}_add')}?_popup=1"


def _patterns(entries) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from _patterns(entry.url_patterns)


def _addresses_of(pattern: URLPattern) -> Iterator[str]:
    for values in _values(pattern):
        for name in (pattern.name, f"admin:{pattern.name}"):
            try:
                yield reverse(name, kwargs=values)
            except NoReverseMatch:
                continue


def _values(pattern: URLPattern) -> Iterator[dict]:
    names = set(pattern.pattern.converters) or set(pattern.pattern.regex.groupindex)
    if not names:
        yield {}
    elif names <= RECORD:
        yield from ({next(iter(names)): record.pk} for record in _records(pattern.name or ""))
    elif names == {"app_label"}:
        yield from ({"app_label": label} for label in sorted({model._meta.app_label for model in admin.site._registry}))
    elif names == {"kind"}:
        yield from ({"kind": kind.name} for kind in kinds.every())


def _records(name: str) -> Iterator[Model]:
    """Of the model that the name of the address begins with: one in each state, or the newest."""
    named = [model for model in admin.site._registry if _begins(name, model)]
    for model in named[:1]:
        found = model._default_manager.order_by("-pk")
        field = None if name.endswith(ALIKE) else _state_field(model)
        samples = [found.filter(**{field.name: value}).first() for value, _title in field.choices] if field else []
        yield from filter(None, samples or [found.first()])


def _state_field(model: type[Model]):
    return next((field for field in model._meta.fields if field.name in STATES and field.choices), None)


def _begins(name: str, model: type[Model]) -> bool:
    return name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_")
