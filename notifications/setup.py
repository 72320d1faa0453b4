"""What stands in the tables of rules and wordings from the start. Written once: what was removed stays removed."""

from django.conf import settings
from django.db import transaction

from backoffice.history import bulk
from backoffice.history.change_sets import Source, change_set
from notifications.choices import Event
from notifications.rulebook import Rule, first_rules
from notifications.wording import Wording


def install() -> None:
    """Together with their history, as one act."""
    if Wording.objects.exists():
        return
    with change_set(Source.SYSTEM, summary="Rules and wordings of messages, as they come"), transaction.atomic():
        Wording.objects.bulk_create(
            Wording(event=event, language=code) for event in Event.values for code, _name in settings.LANGUAGES
        )
        Rule.objects.bulk_create(first_rules())
        for model in (Wording, Rule):
            bulk.record(model, bulk.CREATED, "1 = 1", {})
