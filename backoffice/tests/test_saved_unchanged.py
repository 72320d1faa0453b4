"""A form that is sent as it stands is no change: no act, no version, nothing moved and nobody told."""

import pytest
from django.apps import apps

from backoffice.history import entries
from backoffice.history.models import ChangeSet
from backoffice.tests import site_map
from backoffice.tests.test_tampering import as_sent, edited, root, url_of, values_of
from inventory.models import StockMovement
from notifications.models import Notification

__all__ = ["root"]

pytestmark = pytest.mark.django_db


READ_ONLY = {"notifications.suppression"}  # it has a button instead of a form


def tracked() -> list[str]:
    labels = {model.instance_type._meta.label_lower for model in entries.history_models()} - READ_ONLY
    return [label for label in edited() if label in labels]


def written() -> dict[str, int]:
    models = [ChangeSet, StockMovement, Notification, *entries.history_models()]
    return {model._meta.label: model._base_manager.count() for model in models}


@pytest.mark.parametrize("label", tracked())
def test_saving_a_form_as_it_stands_writes_nothing(root, label):
    model = apps.get_model(label)
    record = model._default_manager.get(pk=site_map.samples()[label])
    page = root.get(url := url_of(model, "change", record.pk))
    before, values = written(), values_of(record)

    answer = root.post(url, as_sent(page))

    assert answer.status_code == 302
    assert (written(), values_of(record)) == (before, values)


def test_the_same_form_with_a_change_is_one_act(root):
    """The control: what is counted does move."""
    model = apps.get_model("orders.customer")
    record = model._default_manager.get(pk=site_map.samples()["orders.customer"])
    page = root.get(url := url_of(model, "change", record.pk))
    before = written()

    root.post(url, as_sent(page) | {"name": "Somebody else"})

    moved = {label for label, count in written().items() if count != before[label]}
    assert moved == {"history.ChangeSet", "orders.HistoricalCustomer"}
