"""By every path there is, a tracked row that changed has one history row, of an act with a user or a named source."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from django_ox.testing import run_tasks

from backoffice.history import undo_run
from backoffice.history.change_sets import Source
from backoffice.history.entries import history_models
from backoffice.history.models import ChangeSet
from inventory import stock
from inventory.models import Item, Location, StockLevel
from inventory.tests.import_pages import uploaded
from inventory.tests.shop import level_of, make_item
from notifications.suppression import Suppression
from notifications.wording import Wording
from orders.tests.pages import change_url, sign_in, typed
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db(transaction=True)


class World:
    """A shop with something of everything, and a manager signed in."""

    def __init__(self, tmp_path):
        self.client, self.files = sign_in("mia", "Manager"), tmp_path
        self.client.raise_request_exception = True
        self.mug, self.tea = make_item("MUG-1", name="Mug", on_hand=10), make_item("TEA-1", name="Tea", on_hand=10)
        self.store = Location.objects.create(code="store", name="Store")
        self.ada, self.ben = make_customer("Ada"), make_customer("Ben")
        self.draft = make_order((self.mug, 1), (self.tea, 1), customer=self.ada)
        self.placed = place_order((self.mug, 2), customer=self.ada)

    def post(self, url: str, data: dict | None = None, **kwargs: Any) -> Any:
        response = self.client.post(url, data or {}, **kwargs)
        context = response.context or {}
        errors = context.get("errors") if hasattr(context, "get") else None
        assert not errors, errors
        assert response.status_code in (200, 302)
        return response

    def file(self, name: str, text: str) -> str:
        (self.files / name).write_text(text)
        return str(self.files / name)


def admin_url(page: str, *args: Any) -> str:
    return reverse(f"admin:{page}", args=args)


def item_form(item: Item, **changed: Any) -> dict[str, Any]:
    names = ["sku", "barcode", "name", "category", "condition", "unit_price", "cost", "tax_rate", "oversell"]
    inline = {"levels-TOTAL_FORMS": 0, "levels-INITIAL_FORMS": 0}
    return {name: getattr(item, name) for name in names} | {"is_stocked": "on", "is_active": "on"} | inline | changed


def item_is_added(world):
    world.post(admin_url("inventory_item_add"), item_form(Item(sku="NEW-1", name="New", tax_rate=0, unit_price=1)))


def item_is_edited(world):
    world.post(admin_url("inventory_item_change", world.mug.pk), item_form(world.mug, name="Cup", _reason="Typo"))


def reorder_level_is_edited_in_the_items_page(world):
    level = level_of(world.mug)
    inline = {
        "levels-TOTAL_FORMS": 1,
        "levels-INITIAL_FORMS": 1,
        "levels-0-id": level.pk,
        "levels-0-item": world.mug.pk,
        "levels-0-reorder_level": 4,
    }
    world.post(admin_url("inventory_item_change", world.mug.pk), item_form(world.mug, **inline))


def reorder_level_is_edited(world):
    world.post(admin_url("inventory_stocklevel_change", level_of(world.mug).pk), {"reorder_level": 5})


def location_is_edited(world):
    page = admin_url("inventory_location_change", world.store.pk)
    world.post(page, {"code": "store", "name": "The store"})


def location_is_added(world):
    world.post(admin_url("inventory_location_add"), {"code": "van", "name": "The van", "is_active": "on"})


def customer_is_added(world):
    world.post(admin_url("orders_customer_add"), {"name": "Cleo", "told": "not"})


def customer_is_deleted(world):
    world.post(admin_url("orders_customer_delete", world.ben.pk), {"post": "yes"})


def customers_are_deleted_in_the_list(world):
    action = {"action": "delete_selected", "_selected_action": [world.ben.pk], "post": "yes", "_reason": "Moved away"}
    world.post(admin_url("orders_customer_changelist"), action)


def order_is_placed(world):
    world.post(admin_url("orders_order_add"), typed(world.ben, (world.mug, 1), (world.tea, 2), _place="1"))


def order_is_edited_with_its_lines(world):
    lines = list(world.draft.lines.order_by("pk"))
    kept = [(world.mug, 3, lines[0]), (world.tea, 1, lines[1]), (world.mug, 1)]
    world.post(change_url(world.draft), typed(world.ada, *kept, order=world.draft, _save="1"))


def order_is_edited_and_nothing_changes(world):
    lines = list(world.draft.lines.order_by("pk"))
    same = [(line.item, line.quantity, line) for line in lines]
    prices = {f"lines-{number}-unit_price": line.unit_price for number, line in enumerate(lines)}
    world.post(change_url(world.draft), typed(world.ada, *same, order=world.draft, **prices, _save="1"))


def order_is_shipped(world):
    world.post(admin_url("orders_order_ship", world.placed.pk))


def order_is_cancelled(world):
    form = {"whole": "1", "seen_version": world.placed.version, "reason": "Changed their mind"}
    world.post(admin_url("orders_order_cancel", world.placed.pk), form)


def orders_are_placed_in_the_list(world):
    chosen = {"action": "place_selected", "_selected_action": [world.draft.pk]}
    world.post(admin_url("orders_order_changelist"), chosen | {"confirmed": "1", "_reason": "Trade fair"})


def orders_are_cancelled_in_the_list(world):
    chosen = {"action": "cancel_selected", "_selected_action": [world.placed.pk]}
    world.post(admin_url("orders_order_changelist"), chosen | {"confirmed": "1", "_reason": "Burst pipe"})


def step(order, **fields) -> dict[str, Any]:
    """What the pages of an order's steps send for its one line."""
    return {"seen_version": order.version, f"line-{order.lines.get().pk}": 1, "reason": "", **fields}


def a_part_is_shipped(world):
    world.post(admin_url("orders_order_ship_lines", world.placed.pk), step(world.placed))


def a_part_is_given_up(world):
    world.post(admin_url("orders_order_cancel", world.placed.pk), step(world.placed))


def a_unit_is_taken_back(world):
    order_is_shipped(world)
    world.placed.refresh_from_db()
    world.post(admin_url("orders_order_return", world.placed.pk), step(world.placed, reason="Chipped"))


def order_is_cancelled_and_reopened(world):
    order_is_cancelled(world)
    world.post(admin_url("orders_order_reopen", world.placed.pk))


def draft_is_deleted(world):
    world.post(admin_url("orders_order_delete", world.draft.pk), {"post": "yes"})


def orders_are_shipped_in_the_list(world):
    chosen = {"action": "ship_selected", "_selected_action": [world.placed.pk]}
    world.post(admin_url("orders_order_changelist"), chosen | {"confirmed": "1", "_reason": "Van is early"})


def stock_is_received(world):
    form = {"quantity": 5, "reason": "Delivery", "newest": ""}
    world.post(f"{admin_url('inventory_item_receive', world.mug.pk)}?location={world.store.pk}", form)


def stock_is_counted(world):
    world.post(admin_url("inventory_item_count", world.mug.pk), {"counted": 9, "reason": "Count", "seen": 10})


def stock_is_moved(world):
    form = {"quantity": 1, "reason": "To the store", "target": world.store.pk}
    world.post(admin_url("inventory_item_transfer", world.mug.pk), form)


def items_are_imported(world):
    call_command("import_items", world.file("items.csv", "sku,name,quantity\nMUG-1,Cup,12\nNEW-1,New,3\n"))


def customers_are_imported(world):
    call_command("import_customers", world.file("c.csv", "name,email\nAda,ada@example.com\nCleo,cleo@example.com\n"))


def orders_are_imported(world):
    call_command("import_orders", world.file("o.csv", "order,customer,sku,qty\nA-1,Cleo,MUG-1,1\n"))


def counts_are_imported(world):
    call_command("import_counts", world.file("counts.csv", "sku,quantity\nMUG-1,8\n"))


def items_are_imported_at_a_browser(world):
    run = uploaded(world.client, "sku,name,quantity\nMUG-1,Cup,12\nNEW-1,New,3\n")
    world.post(
        admin_url("imports_importrun_match", run.pk), {"column-0": "sku", "column-1": "name", "column-2": "quantity"}
    )
    run_tasks(raise_failures=True)
    world.post(admin_url("imports_importrun_apply", run.pk))
    run_tasks(raise_failures=True)


def an_import_is_undone_by_the_worker(world):
    items_are_imported(world)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(undo_run, "AT_ONCE", 0)
        act = ChangeSet.objects.latest("pk")
        world.post(admin_url("history_changeset_undo", act.pk), {"reason": "Wrong file"})
    run_tasks(raise_failures=True)


def an_undo_is_undone(world):
    an_act_is_undone(world)
    world.post(admin_url("history_changeset_undo", ChangeSet.objects.latest("pk").pk), {"reason": "It was right"})


def a_rule_is_added(world):
    rule = {"event": "stock_ran_low", "audience": "role", "channel": "email", "frequency": "", "is_on": "on"}
    role = Group.objects.get(name="Manager")
    world.post(admin_url("notifications_rule_add"), rule | {"role": role.pk})


def a_wording_is_changed(world):
    page = admin_url("notifications_wording_change", Wording.objects.earliest("pk").pk)
    form = world.client.get(page).context["adminform"].form
    parts = {name: form[name].value() for name in ("subject", "text", "html", "short")}
    world.post(page, parts | {"subject": "Hello"})


def an_address_is_suppressed_and_reactivated(world):
    sent = {"channel": "email", "address": "kath@example.com", "words": "Asked to"}
    world.post(admin_url("notifications_suppression_add"), sent)
    world.post(admin_url("suppression_reactivate", Suppression.objects.get().pk))


def an_act_is_undone(world):
    item_is_edited(world)
    act = ChangeSet.objects.latest("pk")
    world.post(admin_url("history_changeset_undo", act.pk), {"reason": "A mistake"})


def a_task_serves_a_waiting_order(world):
    few = make_item("FEW-1", oversell="backorder")
    place_order((few, 2), customer=world.ada)
    stock.receive(few, Location.default(), 2, reason="Delivery")
    run_tasks(raise_failures=True, queues=["default"])


def books_are_repaired(world):
    StockLevel.objects.filter(pk=level_of(world.mug).pk)._write(on_hand=11)
    call_command("check_stock", repair=True, reason="Lost in a crash", database="default")


def a_note_is_written(world):
    world.post(admin_url("orders_order_note", world.draft.pk), {"note": "Rang"})


PATHS: list[tuple[Callable[[World], None], set[str]]] = [
    (item_is_added, {Source.ADMIN}),
    (item_is_edited, {Source.ADMIN}),
    (reorder_level_is_edited_in_the_items_page, {Source.ADMIN}),
    (reorder_level_is_edited, {Source.ADMIN}),
    (location_is_edited, {Source.ADMIN}),
    (location_is_added, {Source.ADMIN}),
    (customer_is_added, {Source.ADMIN}),
    (customer_is_deleted, {Source.ADMIN}),
    (customers_are_deleted_in_the_list, {Source.ADMIN}),
    (order_is_placed, {Source.ADMIN}),
    (order_is_edited_with_its_lines, {Source.ADMIN}),
    (order_is_shipped, {Source.ADMIN}),
    (order_is_cancelled, {Source.ADMIN}),
    (a_part_is_shipped, {Source.ADMIN}),
    (a_part_is_given_up, {Source.ADMIN}),
    (a_unit_is_taken_back, {Source.ADMIN}),
    (order_is_cancelled_and_reopened, {Source.ADMIN}),
    (draft_is_deleted, {Source.ADMIN}),
    (orders_are_placed_in_the_list, {Source.ADMIN}),
    (orders_are_shipped_in_the_list, {Source.ADMIN}),
    (orders_are_cancelled_in_the_list, {Source.ADMIN}),
    (stock_is_received, {Source.ADMIN}),
    (stock_is_counted, {Source.ADMIN}),
    (stock_is_moved, {Source.ADMIN}),
    (items_are_imported, {Source.IMPORT}),
    (items_are_imported_at_a_browser, {Source.IMPORT}),
    (counts_are_imported, {Source.IMPORT}),
    (customers_are_imported, {Source.IMPORT}),
    (orders_are_imported, {Source.IMPORT}),
    (an_act_is_undone, {Source.ADMIN, Source.UNDO}),
    (an_undo_is_undone, {Source.ADMIN, Source.UNDO}),
    (an_import_is_undone_by_the_worker, {Source.IMPORT, Source.UNDO}),
    (a_rule_is_added, {Source.ADMIN}),
    (a_wording_is_changed, {Source.ADMIN}),
    (an_address_is_suppressed_and_reactivated, {Source.ADMIN}),
    (a_task_serves_a_waiting_order, {Source.SYSTEM, Source.WORKER}),
    (books_are_repaired, {Source.COMMAND}),
    (a_note_is_written, {Source.ADMIN}),
]
Live = dict[Any, dict[int, tuple]]


def live() -> Live:
    """Every tracked field of every record."""
    return {
        history: {row[0]: row for row in history.instance_type.objects.values_list(*_attnames(history))}
        for history in history_models()
    }


def _attnames(history: Any) -> list[str]:
    return [field.attname for field in history.tracked_fields]


def newest() -> dict[Any, int]:
    return {history: getattr(history.objects.order_by("-pk").first(), "pk", 0) for history in history_models()}


def changed(before: Live, after: Live) -> set[tuple[str, int]]:
    return {
        (history.__name__, pk)
        for history in before
        for pk in before[history].keys() | after[history].keys()
        if before[history].get(pk) != after[history].get(pk)
    }


@pytest.mark.parametrize(("path", "sources"), PATHS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_change_has_one_history_row_of_an_act_by_somebody(tmp_path, path, sources):
    world = World(tmp_path)
    before, last, act = live(), newest(), ChangeSet.objects.latest("pk").pk

    path(world)

    rows: list[Any] = [row for history in history_models() for row in history.objects.filter(pk__gt=last[history])]
    acts = ChangeSet.objects.filter(pk__gt=act)
    told = Counter((type(row).__name__, row.id) for row in rows)
    assert changed(before, live()) - set(told) == set()
    if path not in SEVERAL_STEPS:
        assert told == Counter(changed(before, live()))
    assert {row.change_set_id for row in rows} <= {each.pk for each in acts}
    assert {each.source for each in acts} == sources
    assert all(each.user_name == "mia" for each in acts if each.source in (Source.ADMIN, Source.UNDO))


# A record goes through several states: an order is entered, then placed; an act is done, then undone.
SEVERAL_STEPS = {
    order_is_placed,
    a_unit_is_taken_back,
    order_is_cancelled_and_reopened,
    orders_are_imported,
    an_act_is_undone,
    an_undo_is_undone,
    an_import_is_undone_by_the_worker,
    an_address_is_suppressed_and_reactivated,
    a_task_serves_a_waiting_order,
}


def item_is_saved_as_it_is(world):
    world.post(admin_url("inventory_item_change", world.mug.pk), item_form(world.mug))


@pytest.mark.parametrize("path", [item_is_saved_as_it_is])
def test_a_save_that_changes_nothing_leaves_no_act(tmp_path, path):
    world = World(tmp_path)
    last, act = newest(), ChangeSet.objects.latest("pk").pk

    path(world)

    assert (newest(), ChangeSet.objects.latest("pk").pk) == (last, act)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (item_is_edited, "Typo"),
        (customers_are_deleted_in_the_list, "Moved away"),
        (orders_are_placed_in_the_list, "Trade fair"),
        (orders_are_shipped_in_the_list, "Van is early"),
        (orders_are_cancelled_in_the_list, "Burst pipe"),
        (order_is_cancelled, "Changed their mind"),
        (stock_is_received, "Delivery"),
        (stock_is_counted, "Count"),
    ],
)
def test_the_reason_that_was_typed_is_on_the_act(tmp_path, path, reason):
    world = World(tmp_path)

    path(world)

    assert ChangeSet.objects.latest("pk").reason == reason


@pytest.mark.parametrize(
    ("changelist", "action", "chosen"),
    [
        ("orders_customer_changelist", "delete_selected", "ben"),
        ("orders_order_changelist", "place_selected", "draft"),
        ("orders_order_changelist", "ship_selected", "placed"),
        ("orders_order_changelist", "cancel_selected", "placed"),
    ],
)
def test_an_action_that_asks_first_asks_why(tmp_path, changelist, action, chosen):
    world = World(tmp_path)

    asked = world.post(admin_url(changelist), {"action": action, "_selected_action": [getattr(world, chosen).pk]})

    assert 'name="_reason"' in asked.content.decode()
