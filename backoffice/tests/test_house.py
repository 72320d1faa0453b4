"""House rules that hold for the whole product."""

import re

import pytest
from anymail.signals import tracking
from axes.signals import user_locked_out
from django.apps import apps
from django.conf import settings
from django.contrib.auth import signals as auth_signals
from django.db.models import signals
from simple_history.signals import pre_create_historical_record

from backoffice.exports.signals import handed_over
from backoffice.history import append_only
from backoffice.history.models import AppendOnly
from backoffice.imports import signals as import_signals
from inventory import signals as stock_signals
from orders import signals as order_signals

OURS = {"backoffice", "access", "company", "history", "imports", "inventory", "orders", "notifications"}
LISTENED_TO = {
    "pre_save": signals.pre_save,
    "post_save": signals.post_save,
    "pre_delete": signals.pre_delete,
    "post_delete": signals.post_delete,
    "post_migrate": signals.post_migrate,
    "m2m_changed": signals.m2m_changed,
    "user_logged_in": auth_signals.user_logged_in,
    "user_logged_out": auth_signals.user_logged_out,
    "user_login_failed": auth_signals.user_login_failed,
    "user_locked_out": user_locked_out,
    "pre_create_historical_record": pre_create_historical_record,
    "stock_moved": stock_signals.stock_moved,
    "stock_ran_low": stock_signals.stock_ran_low,
    "stock_arrived": stock_signals.stock_arrived,
    "stock_fell_short": stock_signals.stock_fell_short,
    "order_shipped": order_signals.order_shipped,
    "backorder_arrived": order_signals.backorder_arrived,
    "import_ended": import_signals.import_ended,
    "handed_over": handed_over,
    "tracking": tracking,
}


def connected() -> set[tuple[str, str, str]]:
    """(signal, sender, dispatch uid) of each receiver of ours that is really connected."""
    senders = {id(model): model._meta.label for model in apps.get_models(include_auto_created=True)}
    found = set()
    for name, signal in LISTENED_TO.items():
        for (uid, sender), *_rest in signal.receivers:
            if isinstance(uid, str) and uid.split(".")[0] in OURS:
                found.add((name, senders.get(sender, "every"), uid))
    return found


def documented() -> set[tuple[str, str, str]]:
    table = (settings.BASE_DIR / "docs" / "signals.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `?(every|[\w.]+)[^|]*\| `([\w.]+)` \|", table, re.MULTILINE)
    return set(rows)


def test_the_documented_signals_are_the_connected_ones():
    assert documented() == connected()


def test_every_receiver_of_ours_names_itself_after_its_app():
    assert {uid.split(".")[0] for _signal, _sender, uid in connected()} <= OURS


@pytest.mark.django_db
def test_every_append_only_table_is_guarded():
    tables = {model._meta.db_table for model in append_only.models()}

    assert {"history_changeset", "inventory_stockmovement", "orders_historicalorder"} <= tables
    assert append_only.missing("default") == []


def test_every_history_table_is_append_only():
    historical = [model for model in apps.get_models() if hasattr(model, "history_type")]

    assert historical
    assert all(issubclass(model, AppendOnly) for model in historical)


@pytest.mark.parametrize("drawer", ["utils", "helpers", "common", "core", "misc", "services"])
def test_there_are_no_drawers(drawer):
    found = [path for app in sorted(OURS) for path in settings.BASE_DIR.glob(f"{app}/**/{drawer}*")]

    assert found == []


def test_every_test_that_the_security_page_names_is_there():
    page = (settings.BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_/]+/tests(?:/test_\w+\.py)?)`", page))

    assert len(named) > 20
    assert [path for path in sorted(named) if not (settings.BASE_DIR / path).exists()] == []
