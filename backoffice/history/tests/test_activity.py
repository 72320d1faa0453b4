import csv
import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from backoffice.history import activity
from backoffice.history.change_sets import Source, change_set
from backoffice.history.kinds import all_kinds
from backoffice.history.models import ChangeSet
from inventory import stock
from inventory.admin import ItemAdmin
from inventory.models import Item, Location
from inventory.tests.shop import make_item
from orders.tests.shop import make_customer, make_order

pytestmark = pytest.mark.django_db

ACTIVITY = reverse("admin:history_changeset_changelist")


def told(client, **params) -> list[str]:
    """Sentences of all but the system, which made the default location."""
    acts = client.get(ACTIVITY, params).context["acts"]
    sentences = (sentence for told, sentence in acts if told.change_set.source != Source.SYSTEM)
    return [re.sub(r"\s+", " ", strip_tags(sentence)) for sentence in sentences]


def edit(item: Item, **fields) -> None:
    item = Item.objects.get(pk=item.pk)
    for name, value in fields.items():
        setattr(item, name, value)
    item.save()


def member(django_user_model, role: str, name: str = "eve"):
    user = django_user_model.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


# Sentences ------------------------------------------------------------------------------------------------------------


def test_activity_says_what_each_act_did(admin_client):
    with change_set(Source.COMMAND):
        mug = make_item("MUG-1", name="Mug")
        make_item("TEA-1", name="Tea")
    with change_set(Source.ADMIN):
        edit(mug, unit_price="13.00")
    with change_set(Source.COMMAND):
        stock.receive(mug, Location.default(), 5, reason="Delivery")
    with change_set(Source.ADMIN):
        Item.objects.get(sku="TEA-1").delete()

    assert told(admin_client) == [
        "admin deleted item TEA-1 Tea",
        "command created stock level MUG-1 Mug · Main and 1 more",
        "admin changed Price of MUG-1 Mug 12.50 → 13.00",
        "command created item MUG-1 Mug and 1 more",
    ]


def test_further_fields_and_further_rows_are_counted(admin_client):
    mug, tea = make_item("MUG-1", name="Mug"), make_item("TEA-1")
    with change_set(Source.ADMIN):
        edit(mug, unit_price="13.00", cost="7.00")
        edit(tea, cost="3.00")

    assert told(admin_client)[0] == "admin changed Price of MUG-1 Mug 12.50 → 13.00 and 2 more"


def test_the_order_stands_before_its_lines(admin_client):
    mug, customer = make_item(on_hand=5), make_customer()
    with change_set(Source.ADMIN):
        order = make_order((mug, 1), customer=customer)

    assert told(admin_client)[0] == f"admin created order {order.number} and 1 more"


def test_what_is_typed_into_records_is_escaped(admin_client):
    with change_set(Source.ADMIN, reason="<b>why</b>"):
        make_item("MUG-1", name="<script>alert(1)</script>")

    page = admin_client.get(ACTIVITY).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b&gt;why" in page


# Narrowing ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def acts(django_user_model):
    """Dana makes a mug by hand, Sam imports tea, a command prices the mug."""
    dana, sam = member(django_user_model, "Sales", "dana"), member(django_user_model, "Warehouse", "sam")
    with change_set(Source.ADMIN, dana):
        mug = make_item("MUG-1", name="Mug")
    with change_set(Source.IMPORT, sam, summary="Imported may-count.xlsx, 1 item"):
        make_item("TEA-1", name="Tea")
    with change_set(Source.COMMAND, reason="Dearer beans"):
        edit(mug, unit_price="20.00")
    return {"dana": dana, "sam": sam, "mug": mug}


MADE, IMPORTED, PRICED = (
    "dana created item MUG-1 Mug",
    "sam created item TEA-1 Tea",
    "command changed Price of MUG-1 Mug 12.50 → 20.00",
)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, [PRICED, IMPORTED, MADE]),
        ({"source": "import"}, [IMPORTED]),
        ({"kind": "inventory.item"}, [PRICED, IMPORTED, MADE]),
        ({"kind": "orders.order"}, []),
        ({"kind": "inventory.item", "field": "unit_price"}, [PRICED]),
        ({"kind": "inventory.item", "field": "name"}, []),
        ({"q": "mug-1"}, [PRICED, MADE]),
        ({"q": "may-count"}, [IMPORTED]),
        ({"q": "dearer"}, [PRICED]),
        ({"q": "nothing of that"}, []),
        ({"source": "made up", "kind": "made.up", "person": "x", "since": "2026-02-31"}, [PRICED, IMPORTED, MADE]),
    ],
)
def test_the_address_narrows_the_feed(admin_client, acts, params, expected):
    assert told(admin_client, **params) == expected


def test_the_feed_of_one_person(admin_client, acts):
    assert told(admin_client, person=acts["sam"].pk) == [IMPORTED]


def test_the_feed_of_one_record(admin_client, acts):
    assert told(admin_client, object=f"inventory.item:{acts['mug'].pk}") == [PRICED, MADE]


def test_the_feed_of_some_days(admin_client):
    now = timezone.now()
    for days in (9, 5, 1):
        with change_set(Source.DEMO, at=now - timedelta(days=days)):
            make_item(f"MUG-{days}", name="Mug")

    span = {"since": (now - timedelta(days=6)).date(), "until": (now - timedelta(days=4)).date()}

    assert told(admin_client, **span) == ["demo created item MUG-5 Mug"]


def test_what_was_deleted_is_found_by_its_name(admin_client):
    with change_set(Source.ADMIN):
        make_item("MUG-1", name="Mug").delete()

    page = admin_client.get(ACTIVITY, {"q": "MUG-1"})

    assert [text for text, _address in page.context["records"]] == ["MUG-1 Mug"]
    assert told(admin_client, q="MUG-1") == ["admin created item MUG-1 Mug and 1 more"]


# Pages ----------------------------------------------------------------------------------------------------------------


def test_older_acts_are_on_further_pages(admin_client, monkeypatch):
    monkeypatch.setattr(activity, "ACTS", 2)
    for number in range(5):
        with change_set(Source.ADMIN):
            make_item(f"MUG-{number}", name="Mug")

    pages, address = [], "?"
    while address:
        page = admin_client.get(ACTIVITY + address)
        pages.append([told.head.name for told, _sentence in page.context["acts"]])
        address = page.context["older"]

    first = "order confirmed → the customer, in the way they chose"
    assert pages == [["MUG-4 Mug", "MUG-3 Mug"], ["MUG-2 Mug", "MUG-1 Mug"], ["MUG-0 Mug", first], ["Main"]]


def test_what_is_rare_is_looked_for_a_stretch_at_a_time(admin_client, monkeypatch):
    with change_set(Source.ADMIN):
        make_customer("Ada")
    for _number in range(3):
        with change_set(Source.ADMIN):
            make_item()
    monkeypatch.setattr(activity, "LOOK", 2)

    first = admin_client.get(ACTIVITY, {"kind": "orders.customer"})
    second = admin_client.get(ACTIVITY + first.context["older"])

    assert (first.context["acts"], first.context["looked_back_to"] is None) == ([], False)
    assert [told.head.name for told, _sentence in second.context["acts"]] == ["Ada"]


def test_rows_of_an_act_are_not_counted_without_end(admin_client, monkeypatch):
    monkeypatch.setattr(activity, "MANY", 2)
    with change_set(Source.ADMIN):
        for number in range(5):
            make_item(f"MUG-{number}", name="Mug")

    assert told(admin_client)[0] == "admin created item MUG-0 Mug and more than 2 more"


@pytest.mark.parametrize("params", [{}, {"kind": "inventory.item", "field": "unit_price"}, {"q": "MUG-1"}])
def test_activity_takes_the_same_queries_whatever_it_lists(admin_client, django_assert_max_num_queries, params):
    counts = []
    for acts in (1, 3):
        for number in range(acts):
            with change_set(Source.ADMIN):
                mug = make_item(f"MUG-1-{acts}-{number}", on_hand=1)
                make_order((mug, 1), customer=make_customer("Ada"))
            with change_set(Source.ADMIN):
                edit(mug, unit_price=20 + number)
        with django_assert_max_num_queries(80) as queries:
            admin_client.get(ACTIVITY, params)
        counts.append(len(queries))

    assert counts[0] == counts[1]


# One act --------------------------------------------------------------------------------------------------------------


def page_of(client, act, **params):
    return client.get(reverse("admin:history_changeset_change", args=[act.row().pk]), params)


def test_a_change_sets_page_shows_the_changes_of_all_tables(admin_client):
    with change_set(Source.COMMAND) as act:
        make_item("MUG-1", on_hand=5)

    page = page_of(admin_client, act).content.decode()

    assert "item MUG-1" in page
    assert "receipt of MUG-1 at Main" in page


def test_an_act_of_many_rows_is_shown_a_page_at_a_time(admin_client, monkeypatch):
    monkeypatch.setattr("backoffice.history.change_set_page.ROWS", 2)
    with change_set(Source.COMMAND) as act:
        for number in range(3):
            make_item(f"MUG-{number}", name="Mug", on_hand=1)

    first = page_of(admin_client, act, kind="inventory.item")
    second = page_of(admin_client, act, kind="inventory.item", after=first.context["after"])

    assert [[entry.name for entry in page.context["entries"]] for page in (first, second)] == [
        ["MUG-0 Mug", "MUG-1 Mug"],
        ["MUG-2 Mug"],
    ]
    assert second.context["after"] is None


def test_nobody_changes_a_change_set(admin_client):
    with change_set(Source.COMMAND) as act:
        make_item()
    url = reverse("admin:history_changeset_change", args=[act.row().pk])

    assert admin_client.post(url, {"reason": "x"}).status_code == 403
    assert admin_client.post(reverse("admin:history_changeset_add"), {"reason": "x"}).status_code == 403
    assert ChangeSet.objects.get(pk=act.row().pk).reason == ""


# Who may see what -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stock_keeper(client, django_user_model):
    """May see items and Activity, and nothing of orders."""
    user = django_user_model.objects.create_user("ida", is_staff=True)
    permissions = ["history.view_changeset", "inventory.view_item"]
    user.user_permissions.set([permission for name in permissions for permission in permission_named(name)])
    client.force_login(user)
    return client


def permission_named(name: str):
    app, codename = name.split(".")
    return Permission.objects.filter(content_type__app_label=app, codename=codename)


def test_what_somebody_may_not_see_is_not_in_their_feed(stock_keeper):
    with change_set(Source.ADMIN):
        mug = make_item("MUG-1", name="Mug")
    with change_set(Source.ADMIN, summary="Imported customers.csv, 1 customer") as hidden:
        make_customer("Ada")
    with change_set(Source.ADMIN):
        edit(mug, name="Cup")
        make_customer("Ben")

    assert told(stock_keeper) == ["admin changed Name of MUG-1 Cup Mug → Cup", "admin created item MUG-1 Mug"]
    assert told(stock_keeper, q="customers.csv") == []
    assert page_of(stock_keeper, hidden).status_code == 404


def test_a_record_that_its_admin_hides_is_hidden_in_the_feed_too(admin_client, monkeypatch):
    with change_set(Source.ADMIN):
        make_item("MUG-1", name="Mug")
    with change_set(Source.ADMIN):
        make_item("TEA-1", name="Tea")
    everything = ItemAdmin.get_queryset
    monkeypatch.setattr(ItemAdmin, "get_queryset", lambda self, request: everything(self, request).exclude(sku="TEA-1"))

    assert told(admin_client) == ["admin created item MUG-1 Mug"]


@pytest.mark.parametrize(
    ("role", "status"), [("Auditor", 200), ("Sales", 200), ("Warehouse", 200), ("Administrator", 200), (None, 403)]
)
def test_activity_needs_its_permission(client, django_user_model, role, status):
    user = member(django_user_model, role) if role else django_user_model.objects.create_user("eve", is_staff=True)
    client.force_login(user)

    assert client.get(ACTIVITY).status_code == status


def test_the_auditor_sees_every_kind(client, django_user_model):
    client.force_login(member(django_user_model, "Auditor"))

    page = client.get(ACTIVITY)

    kinds = page.context["filters"][2].choices
    assert [choice.display for choice in kinds] == ["All", *(kind.label for kind in all_kinds())]


# Export ---------------------------------------------------------------------------------------------------------------


def exported(client, **params) -> list[list[str]]:
    url = reverse("admin:history_changeset_export", query=params)
    response = client.post(url, {"format": "csv"})
    rows = csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
    response.close()
    return [row[2:4] + row[6:] for row in rows]


def test_the_export_has_a_row_for_each_changed_field(admin_client, acts):
    with change_set(Source.ADMIN, acts["dana"]):
        edit(acts["mug"], name="Cup", cost="3.00")

    assert exported(admin_client, kind="inventory.item", person=acts["dana"].pk) == [
        ["who", "source", "did", "what", "field", "old", "new"],
        ["dana", "admin", "changed", "Item MUG-1 Cup", "Name", "Mug", "Cup"],
        ["dana", "admin", "changed", "Item MUG-1 Cup", "Cost", "0.00", "3.00"],
        ["dana", "admin", "created", "Item MUG-1 Mug", "", "", ""],
    ]


def test_an_act_of_many_rows_is_exported_whole(admin_client, monkeypatch):
    monkeypatch.setattr(activity, "MANY", 2)
    with change_set(Source.ADMIN, summary="Imported mugs.csv, 5 items"):
        for number in range(5):
            make_item(f"MUG-{number}", name="Mug")

    rows = exported(admin_client, q="mugs.csv")

    assert [what for _who, _source, _did, what, *_rest in rows[1:]] == [f"Item MUG-{number} Mug" for number in range(5)]


def test_the_export_of_activity_needs_its_permission(client, django_user_model):
    client.force_login(member(django_user_model, "Sales"))

    assert client.post(reverse("admin:history_changeset_export"), {"format": "csv"}).status_code == 403
