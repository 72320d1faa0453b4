import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from backoffice.history import timeline
from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet, Note
from inventory import stock
from inventory.models import Item, Location
from inventory.tests.shop import make_item
from orders import workflow
from orders.models import Customer, Order, OrderLine
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db


def history_of(client, record, **params):
    return client.get(reverse(f"admin:{record._meta.label_lower.replace('.', '_')}_history", args=[record.pk]), params)


def told(page) -> list[str]:
    return [entry.what for act in page.context["acts"] for entry in act.entries]


def sign_in(client, django_user_model, role: str):
    user = django_user_model.objects.create_user("eve", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


# What it shows --------------------------------------------------------------------------------------------------------


def test_the_timeline_of_an_order_has_its_lines_its_stock_and_its_messages(admin_client):
    mug = make_item("MUG-1", name="Mug", on_hand=5)
    with change_set(Source.ADMIN):
        order = make_order((mug, 2))
    with change_set(Source.ADMIN):
        workflow.place(order)

    placed, entered = history_of(admin_client, order).context["acts"]

    assert [entry.what for entry in entered.entries] == [f"order {order.number}", "line MUG-1 Mug"]
    assert {entry.stream for entry in placed.entries} == {"changes", "stock", "messages"}
    assert [entry.changes for entry in placed.entries if entry.stream == "changes"] == [
        (("Status", "draft", "confirmed"),)
    ]


def test_the_timeline_of_an_item_has_its_levels_and_movements(admin_client):
    mug = make_item("MUG-1", name="Mug", on_hand=5)

    page = history_of(admin_client, mug)

    assert {stream for stream, _label in page.context["chips"]} >= {"changes", "levels", "stock", "notes"}
    assert "receipt of MUG-1 at Main · Opening stock" in told(page)


def test_the_timeline_of_a_customer_has_the_steps_of_their_orders(admin_client):
    ada = make_customer("Ada")
    order = make_order((make_item("MUG-1", on_hand=5), 2), customer=ada)
    place_order((make_item("TEA-1", on_hand=5), 2), customer=make_customer("Ben"))
    with change_set(Source.ADMIN):
        order.note = "Ring twice"
        order.save()
    for step in (workflow.place, workflow.ship):
        with change_set(Source.ADMIN):
            step(order)

    page = history_of(admin_client, ada)

    steps = [entry for act in page.context["acts"] for entry in act.entries if entry.stream == "orders"]
    assert [(entry.what, entry.changes[0][2]) for entry in steps] == [
        (f"order {order.number}", "shipped"),
        (f"order {order.number}", "confirmed"),
    ]


def test_what_became_of_their_orders_is_no_version_of_a_customer(admin_client):
    ada = make_customer("Ada")
    with change_set(Source.ADMIN):
        place_order((make_item("MUG-1", on_hand=5), 2), customer=ada)

    page = admin_client.get(reverse("admin:orders_customer_compare", args=[ada.pk]))

    assert [moment.act for moment in page.context["versions"]] == [ada.history.get().change_set]


def test_a_line_that_was_removed_stays_in_the_orders_timeline(admin_client):
    order = make_order((make_item("MUG-1", name="Mug"), 2))
    with change_set(Source.ADMIN):
        OrderLine.objects.get().delete()

    newest = history_of(admin_client, order).context["acts"][0]

    assert [(entry.kind, entry.what) for entry in newest.entries] == [("deleted", "line MUG-1 Mug")]


@pytest.mark.parametrize(("show", "streams"), [("stock", {"stock"}), ("lines", {"lines"}), ("notes", set())])
def test_a_chip_shows_one_kind_of_entries(admin_client, show, streams):
    order = place_order((make_item(on_hand=5), 2))

    page = history_of(admin_client, order, show=show)

    assert {entry.stream for act in page.context["acts"] for entry in act.entries} == streams


def test_older_acts_are_on_further_pages(admin_client, monkeypatch):
    monkeypatch.setattr(timeline, "ACTS", 2)
    mug = make_item("MUG-1", name="Mug 0")
    for number in range(1, 5):
        with change_set(Source.ADMIN):
            mug.name = f"Mug {number}"
            mug.save()

    pages, before = [], ""
    while before is not None:
        page = history_of(admin_client, mug, before=before)
        pages.append([act.entries[0].name for act in page.context["acts"]])
        before = page.context["older"]

    assert pages == [["MUG-1 Mug 4", "MUG-1 Mug 3"], ["MUG-1 Mug 2", "MUG-1 Mug 1"], ["MUG-1 Mug 0"]]


def test_the_order_page_shows_its_timeline(admin_client):
    order = place_order((make_item("MUG-1", on_hand=5), 2))

    page = admin_client.get(reverse("admin:orders_order_change", args=[order.pk]))

    assert "allocation of MUG-1 at Main" in page.content.decode()
    assert page.context["history_url"] == reverse("admin:orders_order_history", args=[order.pk])


def test_what_was_deleted_keeps_its_history_page(admin_client):
    mug = make_item("MUG-1", name="Mug")
    pk = mug.pk
    with change_set(Source.ADMIN):
        mug.delete()

    page = history_of(admin_client, Item(pk=pk))

    assert page.context["name"] == "MUG-1 Mug"
    assert [act.entries[0].kind for act in page.context["acts"]] == ["deleted", "created"]


def test_what_never_was_has_no_history_page(admin_client):
    assert history_of(admin_client, Item(pk=404)).status_code == 404


def do_something(order: Order, item: Item, customer: Customer, number: int) -> None:
    """To each of them, and to what belongs to it, in one act."""
    with change_set(Source.ADMIN):
        OrderLine.objects.create(order=order, item=item, quantity=1)
        stock.receive(item, Location.default(), 2, reason="Delivery")
        place_order((item, 1), customer=customer)
        for record, field in ((item, "name"), (order, "note"), (customer, "address")):
            record.refresh_from_db()
            setattr(record, field, f"Text {number}")
            record.save()


def test_a_timeline_takes_the_same_queries_whatever_it_lists(admin_client, django_assert_max_num_queries):
    records = make_order(customer=make_customer()), make_item(on_hand=50), make_customer("Ben")
    counts = []
    for number in range(4):
        do_something(*records, number)
        with django_assert_max_num_queries(80) as queries:
            for record in records:
                history_of(admin_client, record)
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[3]


# Who may see it -------------------------------------------------------------------------------------------------------


def test_a_history_page_needs_the_right_to_see_the_record(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("eve", is_staff=True))
    mug = make_item()

    assert history_of(client, mug).status_code == 403


def test_a_history_page_is_read_only(admin_client):
    mug = make_item()
    url = reverse("admin:inventory_item_history", args=[mug.pk])

    admin_client.post(url, {"name": "Cup"})

    assert Item.objects.get().name == mug.name


@pytest.mark.parametrize("role", ["Sales", "Warehouse", "Manager", "Auditor"])
def test_each_role_sees_the_streams_that_it_may_see(client, django_user_model, role):
    order = place_order((make_item(on_hand=5), 2))

    page = history_of(sign_in(client, django_user_model, role), order)

    messages = {"messages"} if role != "Warehouse" else set()
    assert {name for name, _label in page.context["chips"]} == {"changes", "lines", "stock", "notes"} | messages


# Notes ----------------------------------------------------------------------------------------------------------------


def note(client, record, text: str, **data):
    url = reverse(f"admin:{record._meta.label_lower.replace('.', '_')}_note", args=[record.pk])
    return client.post(url, {"note": text, **data})


def test_a_note_stands_on_the_timeline_with_who_wrote_it(client, django_user_model):
    order = make_order()
    dana = sign_in(client, django_user_model, "Sales")

    note(dana, order, "Rang, wants it <b>on Friday</b>")

    newest = history_of(dana, order).context["acts"][0]
    assert (newest.change_set.user_name, newest.entries[0].what) == ("eve", "Rang, wants it <b>on Friday</b>")
    assert "&lt;b&gt;on Friday" in history_of(dana, order).content.decode()


def test_after_a_note_the_page_is_the_one_that_it_was_written_on(admin_client):
    order = make_order()
    page = reverse("admin:orders_order_change", args=[order.pk])

    assert note(admin_client, order, "Rang", next=page).url == page
    assert note(admin_client, order, "Rang", next="https://evil.example/").url == reverse(
        "admin:orders_order_history", args=[order.pk]
    )


def test_an_empty_note_is_not_kept(admin_client):
    order = make_order()
    before = ChangeSet.objects.count()

    note(admin_client, order, "   ")

    assert (Note.objects.count(), ChangeSet.objects.count()) == (0, before)


def test_who_may_only_read_writes_no_note(client, django_user_model):
    order = make_order()
    ada = sign_in(client, django_user_model, "Auditor")

    assert note(ada, order, "Hm").status_code == 403
    assert history_of(ada, order).context["note_url"] == ""
    assert Note.objects.count() == 0


def test_a_note_on_what_one_may_not_see_is_refused(client, django_user_model):
    user = django_user_model.objects.create_user("ida", is_staff=True)
    user.user_permissions.add(*Group.objects.get(name="Sales").permissions.filter(codename="add_note"))
    client.force_login(user)

    assert note(client, make_order(), "Hm").status_code == 403
    assert Note.objects.count() == 0
