"""Exports of any length in bounded memory, from one moment."""

import io
import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from backoffice.exports import writing
from backoffice.exports.models import Export
from backoffice.snapshot import snapshot
from benchmarks import exports
from inventory.models import Item
from inventory.resources import ItemResource
from inventory.tests.shop import make_item

MOST_MB = 256


def test_twenty_thousand_rows_are_exported_in_bounded_memory():
    (figures,) = exports.measure(20_000, ("xlsx",))

    assert (figures["rows"], figures["peak_mb"] < MOST_MB) == (20_000, True)


@pytest.mark.deep
def test_a_million_rows_are_exported_in_bounded_memory():
    figures = exports.measure(1_000_000)

    assert [(each["rows"], each["peak_mb"] < MOST_MB) for each in figures] == [(1_000_000, True)] * 2


@pytest.mark.django_db(transaction=True, databases=["default", "replica"])
def test_what_is_saved_while_an_export_is_written_does_not_show_in_half_of_it():
    for number in range(3):
        make_item(f"MUG-{number}", name="before")

    with snapshot("replica"):
        rows = ItemResource().rows(Item.objects.using("replica").order_by("sku_key"), ["name"])
        heading = next(rows)
        names = [next(rows), *by_somebody_else(rename_all), *rows]
        again = list(Item.objects.using("replica").values_list("name", flat=True))

    assert (heading, names, again) == (["name"], [["before"]] * 3, ["before"] * 3)
    assert set(Item.objects.values_list("name", flat=True)) == {"after"}


@pytest.mark.django_db(transaction=True, databases=["default", "replica"])
@pytest.mark.parametrize("source", ["history.changeset", "inventory.stock_as_of", "inventory.item"])
def test_an_export_reads_nothing_but_the_replica(settings, admin_user, source):
    settings.EXPORT_READS_FROM = "replica"
    make_item("MUG-1", on_hand=3)
    export = Export.objects.create(user=admin_user, source=source, label="All", format="csv")
    export.file.name = "all.csv"

    with CaptureQueriesContext(connection) as asked, CaptureQueriesContext(connections["replica"]) as read:
        writing._write_rows(export, io.BytesIO())

    assert [query["sql"] for query in asked] == []
    assert (export.rows > 0, len(read) > 0) == (True, True)


def rename_all() -> None:
    for item in Item.objects.all():
        item.name = "after"
        item.save()


def by_somebody_else(act) -> list:
    """Does it on connections of its own, before the next row is read."""

    def run():
        act()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return []
