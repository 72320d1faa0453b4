"""Every way past the verbs is refused and changes nothing, or is found by ``check_stock``. On both databases."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model, ProtectedError
from django.db.models.signals import pre_delete
from django.urls import reverse

from backoffice.history.models import ChangeSet
from backoffice.tests.test_fail_at_every_statement import everything
from inventory import proof, stock
from inventory.admin import StockLevelInline
from inventory.fields import LedgerField
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.tests.shop import figures, level_of, make_item
from orders import workflow
from orders.holders import holders
from orders.models import Customer, Order, OrderLine
from orders.rules import OrderRefused
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db

REFUSALS = (TypeError, ValidationError, DatabaseError, ProtectedError)


@dataclass
class Shop:
    """A mug, an order that holds two of five, a draft of three, and where to write fixtures."""

    mug: Item
    placed: Order
    draft: Order
    folder: object

    @property
    def level(self) -> StockLevel:
        return level_of(self.mug)

    @property
    def line(self) -> OrderLine:
        return self.placed.lines.get()

    def load(self, instance: Model, **fields: object) -> None:
        """loaddata of the row as it is, but for some fields: no receiver fires and no history is written."""
        columns = {
            field.name: None if field.value_from_object(instance) is None else field.value_to_string(instance)
            for field in instance._meta.concrete_fields
            if not field.generated and not field.primary_key
        }
        row = {"model": instance._meta.label_lower, "pk": instance.pk, "fields": columns | fields}
        file = self.folder / "fixture.json"  # type: ignore[operator]
        file.write_text(json.dumps([row]))
        call_command("loaddata", str(file), verbosity=0)


@pytest.fixture
def shop(tmp_path) -> Shop:
    mug = make_item("MUG-1", on_hand=5)
    return Shop(mug, place_order((mug, 2)), make_order((mug, 3)), tmp_path)


def sql(statement: str) -> Callable[[Shop], object]:
    def run(shop: Shop) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


INSERTED = """
    INSERT INTO inventory_stockmovement (level_id, kind, on_hand_delta, allocated_delta, on_hand_after,
        allocated_after, reason, reference, source_kind, change_set_id, created_at)
    SELECT level_id, kind, on_hand_delta, allocated_delta, on_hand_after, allocated_after, reason, reference,
        source_kind, change_set_id, created_at FROM inventory_stockmovement WHERE kind = 'receipt'
"""

WAYS: dict[str, Callable[[Shop], object]] = {
    "levels are updated": lambda s: StockLevel.objects.update(on_hand=9),
    "levels of an item are updated": lambda s: s.mug.levels.update(on_hand=9),
    "levels are made": lambda s: StockLevel.objects.bulk_create([StockLevel(item=s.mug, location=Location.default())]),
    "levels are bulk-updated": lambda s: StockLevel.objects.bulk_update([s.level], ["reorder_level"]),
    "levels are updated past their manager": lambda s: StockLevel._base_manager.update(on_hand=9),
    "movements are updated": lambda s: StockMovement.objects.update(reason="x"),
    "movements are updated past their manager": lambda s: StockMovement._base_manager.update(reason="x"),
    "movements are made": lambda s: StockMovement.objects.bulk_create([StockMovement(level=s.level)]),
    "movements are deleted": lambda s: StockMovement.objects.all().delete(),
    "a movement is saved again": lambda s: StockMovement.objects.all()[0].save(),
    "lines are updated": lambda s: OrderLine.objects.update(quantity=1),
    "lines of an order are updated": lambda s: s.placed.lines.update(quantity=1),
    "lines are made": lambda s: s.placed.lines.bulk_create([OrderLine(order=s.placed, item=s.mug, quantity=1)]),
    "lines are bulk-updated": lambda s: OrderLine.objects.bulk_update([s.line], ["quantity"]),
    "lines are updated past their manager": lambda s: OrderLine._base_manager.update(quantity=1),
    "a line goes over to another order": lambda s: s.draft.lines.add(s.line),
    "lines are deleted raw": lambda s: OrderLine.objects.filter(order=s.placed)._raw_delete("default"),
    "orders are updated": lambda s: Order.objects.update(status="cancelled"),
    "a draft is confirmed by update": lambda s: Order.objects.filter(pk=s.draft.pk).update(status="confirmed"),
    "orders are bulk-updated": lambda s: Order.objects.bulk_update([cancelled(s.placed)], ["status"]),
    "orders are deleted": lambda s: Order.objects.all().delete(),
    "items are updated": lambda s: Item.objects.update(name="x"),
    "items are made": lambda s: Item.objects.bulk_create([Item(sku="B", sku_key="b", name="B")]),
    "items are deleted": lambda s: Item.objects.all().delete(),
    "locations are deleted": lambda s: Location.objects.all().delete(),
    "customers are deleted": lambda s: Customer.objects.all().delete(),
    "levels are deleted": lambda s: StockLevel.objects.all().delete(),
    "change sets are deleted": lambda s: ChangeSet.objects.all().delete(),
    "history is deleted": lambda s: OrderLine.history.all().delete(),
    "history is updated": lambda s: OrderLine.history.update(quantity=1),
    "the ledger is rewritten in SQL": sql("UPDATE inventory_stockmovement SET on_hand_delta = 9"),
    "the ledger is emptied in SQL": sql("DELETE FROM inventory_stockmovement"),
    "the ledger is added to in SQL": sql(INSERTED),
    "on hand is written in SQL": sql("UPDATE inventory_stocklevel SET on_hand = 9"),
    "allocated is written in SQL": sql("UPDATE inventory_stocklevel SET allocated = 0"),
    "a line is deleted in SQL": sql("DELETE FROM orders_orderline"),
    "a status is written in SQL": sql("UPDATE orders_order SET status = 'shipped'"),
    "a fixture brings a level": lambda s: s.load(s.level, on_hand=9),
    "a fixture brings a movement": lambda s: s.load(StockMovement(**movement(s)), id=None),
    "a fixture brings a movement again": lambda s: s.load(StockMovement.objects.all()[0], on_hand_delta=9),
    "a fixture brings a line": lambda s: s.load(s.line, allocated=1),
    "a fixture brings an order": lambda s: s.load(s.placed, status="cancelled"),
    "a fixture brings an item": lambda s: s.load(s.mug, name="x"),
}


def cancelled(order: Order) -> Order:
    order.status = Order.Status.CANCELLED
    return order


def movement(shop: Shop) -> dict[str, object]:
    values: dict[str, object] = dict(StockMovement.objects.filter(kind="receipt").values().get())
    return values | {"id": 1_000_000}


@pytest.mark.parametrize("way", WAYS)
def test_a_way_past_the_verbs_is_refused_or_found(shop, way):
    before, is_refused = everything(), False

    try:
        with transaction.atomic():
            WAYS[way](shop)
    except REFUSALS:
        is_refused = True

    assert is_refused == (everything() == before)
    assert is_refused == (proof.find_breaches("default") == [])


@pytest.mark.parametrize(
    "change",
    [
        "inventory_stocklevel SET allocated = 6",  # of five
        "inventory_stocklevel SET allocated = -1",
        "inventory_stocklevel SET on_hand = 1000000001",
        "inventory_stocklevel SET reorder_level = -1",
        "inventory_item SET unit_price = -1",
        "inventory_item SET cost = -1",
        "orders_orderline SET quantity = 0",
        "orders_orderline SET quantity = 1000000001",
        "orders_orderline SET shipped = 99",
        "orders_orderline SET shipped = -1",
        "orders_orderline SET allocated = -1",
        "orders_orderline SET returned = 1",
        "orders_orderline SET returned = -1",
    ],
)
def test_figures_that_cannot_be_are_refused_by_the_database_itself(shop, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(f"UPDATE {change}")(shop)


@pytest.mark.parametrize(
    "double",
    [
        lambda s: StockLevel(item=s.mug, location=Location.default()),
        lambda s: Item(sku=" mug-1 ", name="The same SKU"),
        lambda s: Location(code="other", name="Another default", is_default=True),
        lambda s: Order(customer=s.draft.customer, number=s.draft.number),
    ],
)
def test_what_there_is_only_one_of_is_refused_twice_by_the_database_itself(shop, double):
    with pytest.raises(IntegrityError), transaction.atomic():
        double(shop).save()


def test_a_barcode_and_a_form_are_used_once(shop):
    make_item("TEA-1", barcode="4006381333931")
    Order.objects.create(customer=shop.draft.customer, form_key="k")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_item("TEA-2", barcode="4006381333931")
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.create(customer=shop.draft.customer, form_key="k")


@pytest.mark.parametrize("table", ["inventory_stockmovement", "orders_historicalorder", "history_changeset"])
def test_what_was_recorded_cannot_be_emptied(shop, table):
    connection.check_constraints()  # PostgreSQL does not truncate while some are deferred
    empty = f"TRUNCATE {table} CASCADE" if connection.vendor == "postgresql" else f"DELETE FROM {table}"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(empty)(shop)


# Stale rows -----------------------------------------------------------------------------------------------------------


def test_a_stale_header_cannot_confirm_an_order_again(shop):
    stale = Order.objects.get(pk=shop.placed.pk)
    workflow.cancel(shop.placed)
    workflow.reopen(shop.placed)

    stale.note = "Ring twice"
    with pytest.raises(OrderRefused, match="Nothing was saved"), transaction.atomic():
        stale.save()

    assert figures(shop.mug) == (5, 0, 5)
    assert proof.find_breaches("default") == []


def test_a_stale_header_cannot_take_an_order_back_to_its_old_location(shop):
    stale = Order.objects.get(pk=shop.draft.pk)
    shop.draft.location = Location.objects.create(code="b", name="Store B")
    shop.draft.save()

    stale.note = "Ring twice"
    with pytest.raises(OrderRefused), transaction.atomic():
        stale.save()

    assert Order.objects.get(pk=stale.pk).location.name == "Store B"


def test_an_order_that_was_confirmed_meanwhile_is_not_deleted(shop):
    stale = Order.objects.get(pk=shop.draft.pk)
    workflow.place(shop.draft)

    with pytest.raises(OrderRefused, match="was confirmed once"), transaction.atomic():
        stale.delete()

    assert figures(shop.mug) == (5, 5, 0)


def test_a_stale_line_takes_nothing_back(shop):
    stale = OrderLine.objects.get(pk=shop.line.pk)
    line = OrderLine.objects.get(pk=shop.line.pk)
    line.quantity = 4
    line.save()

    stale.quantity = 3
    with pytest.raises(OrderRefused, match="Nothing was saved"), transaction.atomic():
        stale.save()

    assert (shop.line.quantity, figures(shop.mug)) == (4, (5, 4, 1))
    assert proof.find_breaches("default") == []


def test_a_stale_record_that_nobody_changed_takes_nothing_back_unseen(shop):
    stale = Customer.objects.get(pk=shop.draft.customer_id)
    customer = Customer.objects.get(pk=stale.pk)
    customer.email = "kj@example.com"
    customer.save()

    stale.save()

    assert proof.find_breaches("default") == []


# Rules that change under orders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value"), [("is_stocked", False), ("oversell", "block")])
def test_the_rule_of_an_item_with_open_orders_changes_and_the_books_stay_right(name, value):
    tea = make_item(on_hand=1, oversell="backorder")
    place_order((tea, 3))

    setattr(tea, name, value)
    try:
        with transaction.atomic():
            tea.save()
    except ValidationError:
        pass  # to refuse is right, too

    assert proof.find_breaches("default") == []


# The admin ------------------------------------------------------------------------------------------------------------


def admins() -> list[admin.ModelAdmin]:
    return list(admin.site._registry.values())


@pytest.fixture
def alex(admin_client, rf):
    request = rf.get("/admin/")
    request.user = User.objects.get(username="admin")
    return request


def test_no_list_edits_a_figure_of_stock():
    edited = {(admin.model, name) for admin in admins() for name in admin.list_editable}

    assert [(model, name) for model, name in edited if isinstance(model._meta.get_field(name), LedgerField)] == []
    assert [model for model, _name in edited if model in (StockLevel, StockMovement, OrderLine)] == []


def test_no_form_has_a_field_for_a_figure_of_stock(alex):
    forms = [admin.get_form(alex) for admin in admins() if admin.has_add_permission(alex)]
    forms += [f.form for admin in admins() for f, _inline in admin.get_formsets_with_inlines(alex)]
    figures = {field.name for model in (StockLevel, OrderLine) for field in model._meta.fields if is_figure(field)}

    assert figures == {"on_hand", "allocated", "available", "shipped", "returned"}
    assert [form for form in forms if figures & set(form.base_fields)] == []


def is_figure(field) -> bool:
    return isinstance(field, LedgerField) or field.generated


def test_every_action_declares_who_may_use_it(alex):
    actions = [(admin, action.func) for admin in admins() for action in admin.get_actions(alex).values()]

    assert actions
    assert [pair for pair in actions if not getattr(pair[1], "allowed_permissions", None)] == []


@pytest.mark.django_db(transaction=True)
def test_deleting_the_selected_is_all_or_nothing_and_is_logged_only_when_it_is_done(admin_client):
    names = ["Ada", "Grace", "Katherine"]
    keys = [make_customer(name).pk for name in names]

    def refuse_last(instance, **kwargs):
        if instance.name == names[-1]:
            raise RuntimeError

    pre_delete.connect(refuse_last, sender=Customer)
    try:
        with pytest.raises(RuntimeError):
            admin_client.post(
                reverse("admin:orders_customer_changelist"),
                {"action": "delete_selected", "_selected_action": keys, "post": "yes"},
            )
    finally:
        pre_delete.disconnect(refuse_last, sender=Customer)

    assert (Customer.objects.count(), LogEntry.objects.count()) == (3, 0)


def test_a_draft_goes_and_the_books_stay_right(shop):
    stock.adjust(shop.mug, Location.default(), -1, reason="Broken")

    shop.draft.delete()

    assert (figures(shop.mug), proof.find_breaches("default")) == ((4, 2, 2), [])


def test_a_confirmed_order_cannot_be_deleted_from_its_page(admin_client, shop):
    path = reverse("admin:orders_order_delete", args=[shop.placed.pk])

    assert admin_client.get(path).status_code == 403
    assert admin_client.post(path, {"post": "yes"}).status_code == 403
    assert (Order.objects.filter(pk=shop.placed.pk).exists(), figures(shop.mug)) == (True, (5, 2, 3))


def test_only_who_may_delete_orders_deletes_a_draft(client, shop):
    sign_in(client, "Sales")
    path = reverse("admin:orders_order_delete", args=[shop.draft.pk])

    assert client.post(path, {"post": "yes"}).status_code == 403
    sign_in(client, "Manager")
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert not Order.objects.filter(pk=shop.draft.pk).exists()


@pytest.mark.parametrize(
    ("role", "steps"),
    [("Sales", ["reopen", "cancel"]), ("Warehouse", ["ship", "ship_lines", "return"]), ("Auditor", [])],
)
def test_the_steps_that_somebody_may_not_take_have_no_button(client, shop, role, steps):
    sign_in(client, role)

    response = client.get(reverse("admin:orders_order_change", args=[shop.placed.pk]))

    assert [each["step"].name for each in response.context["steps"]] == steps


@pytest.mark.parametrize("role", ["Warehouse", "Auditor"])
def test_who_may_only_read_orders_changes_none(client, shop, role):
    sign_in(client, role)
    before = everything()

    changed = client.post(reverse("admin:orders_order_change", args=[shop.draft.pk]), {"note": "x", "_place": "1"})
    added = client.post(reverse("admin:orders_order_add"), {"customer": shop.draft.customer_id, "_place": "1"})

    assert (changed.status_code, added.status_code) == (403, 403)
    assert everything() == before


@pytest.mark.parametrize("model", [StockMovement, ChangeSet])
def test_what_was_recorded_has_no_form_even_for_a_superuser(admin_client, shop, model):
    before, key = everything(), model.objects.all()[0].pk
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    paths = [reverse(f"{name}_add"), reverse(f"{name}_change", args=[key]), reverse(f"{name}_delete", args=[key])]

    assert [admin_client.post(path, {"post": "yes"}).status_code for path in paths] == [403, 403, 403]
    assert everything() == before


def test_a_level_is_neither_added_nor_deleted_by_hand(admin_client, shop):
    unused = StockLevel.objects.create(item=make_item("TEA-1"), location=Location.default())
    paths = [reverse("admin:inventory_stocklevel_add")]
    paths += [reverse("admin:inventory_stocklevel_delete", args=[unused.pk])]

    assert [admin_client.post(path, {"post": "yes"}).status_code for path in paths] == [403, 403]
    assert StockLevel.objects.filter(pk=unused.pk).exists()


def test_who_may_not_read_orders_is_led_to_none(shop):
    nobody = User.objects.create_user("nobody", is_staff=True)

    assert [(holder.held, holder.url) for holder in holders(shop.mug, nobody)] == [(2, "")]


def test_the_page_of_an_item_adds_no_level(alex):
    assert not StockLevelInline(Item, admin.site).has_add_permission(alex)


def sign_in(client, role: str) -> None:
    user, _created = User.objects.get_or_create(username=role, is_staff=True)
    user.groups.set([Group.objects.get(name=role)])
    client.force_login(user)
