"""Every step in every state as everybody: allowed or refused as the tables in ``docs/orders.md`` say."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from inventory.models import StockMovement
from inventory.tests.shop import make_item
from orders import workflow
from orders.models import Order, OrderLine
from orders.tests.pages import change_url, save, sign_in, typed
from orders.tests.shop import make_order

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).resolve().parents[2] / "docs" / "orders.md"


def table(heading: str) -> dict[str, dict[str, bool]]:
    """A table of the docs: step -> column -> whether it says yes."""
    text = DOCS.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    head, _line, *rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    columns = [name.strip() for name in head[1:]]
    answers = {"yes": True, "no": False}
    return {
        row[0].strip(): {c: answers[cell.strip()] for c, cell in zip(columns, row[1:], strict=True)} for row in rows
    }


IN_STATE, BY_ROLE = table("States"), table("Who may do what")
STATES = list(next(iter(IN_STATE.values())))
ROLES = list(next(iter(BY_ROLE.values())))


def order_in(state: str) -> Order:
    """Two mugs and one tea: drafts become what their state says by the steps that lead there."""
    order = make_order((make_item("MUG-1", on_hand=9), 2), (make_item("TEA-1", on_hand=9), 1))
    if state != "draft":
        workflow.place(order)
    if state == "cancelled":
        workflow.cancel(order)
    if state == "partly shipped":
        workflow.ship(order, {order.lines.get(item__sku="MUG-1").pk: 1})
    if state == "shipped":
        workflow.ship(order)
    return order


def visitor(role: str) -> Client:
    if role in ROLES:
        return sign_in("somebody", role)
    client = Client()
    if role == "superuser":
        client.force_login(User.objects.create_superuser("root"))
    return client


def take(step: str, order: Order, client: Client) -> None:
    """Sends what the page of the step would send."""
    mug, tea = order.lines.order_by("pk")
    seen = {"seen_version": order.version}
    units = seen | {f"line-{mug.pk}": 1, "reason": "Broken"}
    more = typed(order.customer, (mug.item, 3, mug), (tea.item, 1, tea), order=order, _place="1")
    url, data = {
        "save and place": (change_url(order), more),
        "ship everything": (step_url(order, "ship"), {}),
        "ship a part": (step_url(order, "ship_lines"), units),
        "take back": (step_url(order, "return"), units),
        "give up units": (step_url(order, "cancel"), units),
        "cancel": (step_url(order, "cancel"), seen | {"whole": "1"}),
        "reopen": (step_url(order, "reopen"), {}),
        "delete": (reverse("admin:orders_order_delete", args=[order.pk]), {"post": "yes"}),
    }[step]
    save(client, url, data)


def step_url(order: Order, step: str) -> str:
    return reverse(f"admin:orders_order_{step}", args=[order.pk])


def everything() -> tuple:
    lines = OrderLine.objects.order_by("pk").values_list("quantity", "allocated", "shipped", "returned")
    orders = Order.objects.values_list("status", "version", "total")
    return list(orders), list(lines), StockMovement.objects.count(), Order.history.count(), OrderLine.history.count()


def test_the_tables_name_the_same_steps():
    assert list(IN_STATE) == list(BY_ROLE)
    assert len(IN_STATE) == 8


@pytest.mark.parametrize("role", [*ROLES, "superuser", "nobody"])
@pytest.mark.parametrize("state", STATES)
def test_every_step_is_allowed_or_refused_as_the_docs_say(state, role):
    order, client = order_in(state), visitor(role)
    before = everything()

    for step in IN_STATE:
        is_allowed = IN_STATE[step][state] and (BY_ROLE[step].get(role, role == "superuser"))
        with transaction.atomic():
            take(step, Order.objects.get(pk=order.pk), client)
            assert (everything() != before) == is_allowed, step
            transaction.set_rollback(True)
