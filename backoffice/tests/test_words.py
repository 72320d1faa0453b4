"""Texts are found by how they or their words begin, through an index, alike on both databases."""

import pytest
from django.apps import apps
from django.db import connection

from backoffice import words
from inventory.models import Item, StockMovement
from inventory.tests.shop import make_item
from orders.models import Customer
from orders.tests.shop import make_customer

pytestmark = pytest.mark.django_db


def found(question: str) -> list[str]:
    return list(Item.objects.filter(name__words=question).values_list("name", flat=True))


@pytest.mark.parametrize("question", ["stone", "MUG", "large blu", "mug blue-grey", "0.5", "grey"])
def test_words_are_found_by_their_beginnings_in_any_order_and_case(question):
    make_item("A", name="Stoneware-Mug 0.5 l, large, blue/grey")
    make_item("B", name="Teapot")

    assert found(question) == ["Stoneware-Mug 0.5 l, large, blue/grey"]


@pytest.mark.parametrize("question", ["ware", "ug", "blue teapot", "", "-", "'", '"', "* & !", "NOT", "x" * 10_000])
def test_what_begins_no_word_finds_nothing(question):
    make_item(name="Stoneware mug, blue")

    assert found(question) == []


def test_a_name_that_changes_or_goes_is_found_no_more():
    mug, tea = make_item("A", name="Mug"), make_item("B", name="Sencha")
    mug.name = "Cup"
    mug.save()
    tea.delete()

    assert (found("mug"), found("sencha"), found("cup")) == ([], [], ["Cup"])


def test_what_was_there_before_the_index_is_found_once_it_is_put_there():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER inventory_item_words_put")
        else:
            cursor.execute("DROP INDEX inventory_item_words")
    make_item(name="Mug")

    words.install("default", list(apps.get_app_config("inventory").get_models()))

    assert found("mug") == ["Mug"]


@pytest.mark.parametrize("rows", [Item.objects, Customer.objects])
def test_a_search_reads_indexes_only(rows):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.search("mug").order_by("pk").explain()

    assert f"{rows.model._meta.db_table}_words" in plan
    assert "Seq Scan" not in plan
    assert f"SCAN {rows.model._meta.db_table}\n" not in plan


def test_what_is_named_exactly_is_offered_however_many_begin_alike():
    for number in range(3):
        make_item(f"MUG-1{number}", name="Mug")
    exact = make_item("MUG-1", name="Mug")

    offered = Item.objects.search("mug-1", most=2)

    assert exact in offered
    assert len(offered) <= 3


def test_what_is_not_offered_takes_no_place_of_what_is():
    for number in range(3):
        make_item(f"MUG-{number}", name="Mug", is_active=False)
    there = make_item("MUG-9", name="Mug")

    assert list(Item.objects.filter(is_active=True).search("mug", most=1)) == [there]


def test_a_customer_who_is_named_exactly_is_offered_however_many_begin_alike():
    for number in range(3):
        make_customer(f"Ada Smith {number}")
    exact = make_customer("Ada Smith")

    assert exact in Customer.objects.search("ada smith", most=1)


def test_the_ledger_of_many_items_is_searched_to_its_end(monkeypatch):
    monkeypatch.setattr("inventory.querysets.FEW_ITEMS", 1)
    items = [make_item(f"MUG-{number}", on_hand=5) for number in range(3)]

    found = StockMovement.objects.search("mug")

    assert {movement.level.item_id for movement in found} == {item.pk for item in items}


def test_what_begins_so_is_told_apart_by_case_and_without_patterns():
    for name in ("mug 1", "mug 2", "Mug 3", "m%g"):
        make_customer(name)

    def begun(text: str) -> set[str]:
        return set(Customer.objects.filter(name__begins=text).values_list("name", flat=True))

    assert begun("mug") == {"mug 1", "mug 2"}
    assert begun("m%") == {"m%g"}
    assert begun("") == {"mug 1", "mug 2", "Mug 3", "m%g"}
