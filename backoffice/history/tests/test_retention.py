"""History is whole and cannot be rewritten; what is too old goes through one door, which is shut."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from backoffice.history import append_only, proof, undo_run
from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet, Note
from backoffice.tests import site_map
from inventory import proof as books
from inventory.models import Item
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db

OLD = datetime(2024, 5, 4, 10, 42, tzinfo=UTC)
HISTORY = "inventory_historicalitem"
LEDGER = "inventory_stockmovement"


@pytest.fixture
def mug() -> Item:
    """An item with three versions from long ago, and one of today."""
    with change_set(Source.DEMO, at=OLD):
        mug = make_item("MUG-1", name="1", on_hand=5)
    for days, name in enumerate(["2", "3"], 1):
        with change_set(Source.DEMO, at=OLD + timedelta(days=days)):
            mug.name = name
            mug.save()
    mug.name = "4"
    mug.save()
    return mug


@pytest.fixture
def ada() -> User:
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    return user


def names(mug: Item) -> list[str]:
    return list(mug.history.order_by("history_id").values_list("name", flat=True))


def sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def remove(day: str = "2025-01-01", user: str = "ada", **options) -> None:
    call_command("remove_history", before=day, user=user, reason="Ten years are over", **options)


def test_what_newer_versions_replaced_before_the_day_goes_and_is_written_down(mug, ada):
    remove()

    assert names(mug) == ["3", "4"]  # “3” is what it was on the day
    act = ChangeSet.objects.latest("pk")
    assert (act.user, act.reason) == (ada, "Ten years are over")
    assert act.summary.startswith("Removed 2 versions of item from before 2025-01-01")
    assert [*books.find_breaches("default"), *proof.find_doubles("default")] == []


def test_a_dry_run_removes_nothing(mug, ada):
    remove(dry_run=True)

    assert names(mug) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"user": "mia"}, "mia may not remove history"),
        ({"day": "yesterday"}, "yesterday is not a date"),
        ({"day": "2024-02-31"}, "2024-02-31 is not a date"),
        ({"day": str(timezone.localdate() + timedelta(days=2))}, "is in the future"),
    ],
)
def test_what_is_asked_wrongly_removes_nothing(mug, ada, how, sentence):
    User.objects.create_user("mia", is_staff=True).groups.add(Group.objects.get(name="Manager"))

    with pytest.raises(CommandError, match=sentence):
        remove(**how)

    assert names(mug) == ["1", "2", "3", "4"]


def test_an_act_whose_past_was_removed_says_so_instead_of_going_back(mug, ada):
    done = mug.history.get(name="3").change_set
    remove()

    [part] = undo_run.rehearse(done)[0].parts

    assert (part.outcome, part.why) == ("stuck", "What it was before has been removed from history.")


def test_the_door_is_shut_before_and_after(mug):
    for _ in range(2):
        with pytest.raises(DatabaseError, match="append-only"):
            sql(f"DELETE FROM {HISTORY} WHERE name = '1'")
        with append_only.open_door():
            pass

    assert names(mug) == ["1", "2", "3", "4"]


def test_through_the_door_only_history_goes_and_nothing_is_changed(mug):
    for statement in (f"DELETE FROM {LEDGER}", "DELETE FROM history_changeset", f"UPDATE {HISTORY} SET name = 'x'"):
        with pytest.raises(DatabaseError, match="append-only"), append_only.open_door():
            sql(statement)

    assert names(mug) == ["1", "2", "3", "4"]


@pytest.mark.django_db(transaction=True)
def test_a_door_that_somebody_left_open_is_shut_by_the_end_of_the_transaction(mug):
    with contextlib.suppress(IntegrityError), transaction.atomic():
        append_only._set_door("default", is_open=True)

    with pytest.raises(DatabaseError, match="append-only"):
        sql(f"DELETE FROM {HISTORY}")

    assert names(mug) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_nothing_that_was_recorded_is_rewritten(tmp_path, verb):
    """SQLite knows no TRUNCATE: there it is a DELETE of every row."""
    site_map.furnish(tmp_path)
    Note.objects.create(kind="orders.order", object_id=1, text="Rang", change_set=ChangeSet.objects.latest("pk"))
    connection.check_constraints()  # PostgreSQL does not truncate while some are deferred
    tables = {model._meta.db_table: model._meta.concrete_fields[-1].column for model in append_only.models()}
    before = {table: rows_of(table) for table in tables}

    refused = {table: is_refused(verb, table, column) for table, column in tables.items()}

    assert [table for table, rows in before.items() if not rows] == []
    assert refused == dict.fromkeys(tables, True)
    assert {table: rows_of(table) for table in tables} == before


def is_refused(verb: str, table: str, column: str) -> bool:
    verb = "DELETE" if verb == "TRUNCATE" and connection.vendor == "sqlite" else verb
    statements = {
        "UPDATE": f"UPDATE {table} SET {column} = {column}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }
    try:
        sql(statements[verb])
    except DatabaseError as refusal:
        return "append-only" in str(refusal)
    return False


def rows_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        return cursor.fetchone()[0]


# Verifying ------------------------------------------------------------------------------------------------------------


def test_history_that_is_whole_is_said_to_be(mug, capsys):
    call_command("verify_history", database="default")

    assert capsys.readouterr().out == "History is whole.\n"


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("UPDATE inventory_item SET name = 'x'", "item {pk} differs from its newest history row"),
        ("INSERT INTO inventory_location (code, name, is_default) VALUES ('x', 'x', FALSE)", "has no history"),
        ("DELETE FROM notifications_rule", "is gone, and its history does not say who removed it"),
        ("DROP TRIGGER {trigger}", f"The table {HISTORY} can be rewritten"),
        (f"INSERT INTO {HISTORY} ({{columns}}) SELECT {{columns}} FROM {HISTORY} WHERE name = '4'", "repeats"),
    ],
)
def test_what_was_tampered_with_is_found(mug, capsys, tampering, sentence):
    columns = ", ".join(f.column for f in Item.history.model._meta.concrete_fields if not f.primary_key)
    trigger = next(name for table, name in append_only.installed("default") if table == HISTORY)
    trigger = f'"{trigger}" ON {HISTORY}' if connection.vendor == "postgresql" else f'"{trigger}"'
    sql(tampering.format(columns=columns, trigger=trigger))

    with pytest.raises(SystemExit):
        call_command("verify_history", database="default")

    assert sentence.format(pk=mug.pk) in capsys.readouterr().out


def test_a_version_of_no_act_is_found(mug):
    """The database keeps such rows out, but only at the end of a transaction."""
    columns = [f.column for f in Item.history.model._meta.concrete_fields if not f.primary_key]
    values = [{"change_set_id": "0", "name": "'5'", "history_type": "'~'"}.get(name, name) for name in columns]

    with transaction.atomic():
        sql(f"INSERT INTO {HISTORY} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {HISTORY} WHERE name = '4'")
        found = list(proof.find_doubles("default"))
        transaction.set_rollback(True)

    assert len(found) == 1
    assert "belongs to no act" in found[0]


# simple-history -------------------------------------------------------------------------------------------------------


def test_history_has_long_keys_and_reasons_and_no_index_that_nobody_needs():
    history = Item.history.model
    kinds = {
        name: history._meta.get_field(name).get_internal_type() for name in ("history_id", "history_change_reason")
    }

    assert kinds == {"history_id": "BigAutoField", "history_change_reason": "TextField"}
    assert {f.name for f in history._meta.concrete_fields if f.db_index} <= {"id", "change_set", "history_date"}
