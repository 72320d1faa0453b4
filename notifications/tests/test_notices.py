"""The red line above every page: no worker takes jobs, or a channel stands still."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_ox.models import OxTask

from inventory.tests.shop import make_item
from notifications import stops
from notifications.models import Health
from notifications.tasks import deliver_waiting
from orders.tests.pages import sign_in
from orders.tests.shop import place_order

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")
STILL = "Background work has stood still for"


def wait(minutes: int) -> None:
    OxTask.objects.update(enqueued_at=timezone.now() - timedelta(minutes=minutes))


@pytest.mark.parametrize(("minutes", "is_shown"), [(0, False), (1, False), (5, True)])
def test_jobs_that_nobody_takes_are_told_on_every_page(minutes, is_shown):
    place_order((make_item(on_hand=5), 2))
    wait(minutes)

    assert (STILL in sign_in("dana", "Sales").get(INDEX).text) == is_shown


def test_where_a_worker_takes_jobs_a_long_queue_is_no_standstill():
    place_order((make_item(on_hand=5), 2))
    wait(5)
    deliver_waiting.enqueue("email")
    OxTask.objects.filter(args=["email"]).update(last_attempted_at=timezone.now(), status="SUCCESSFUL")

    assert STILL not in sign_in("dana", "Sales").get(INDEX).text


def test_a_channel_that_stands_still_is_told_in_the_providers_words_to_who_sees_messages():
    stops.stop("email", "401 <b>wrong</b> key")

    page = sign_in("dana", "Sales").get(INDEX).text

    assert "Nothing goes out by email: “401 &lt;b&gt;wrong&lt;/b&gt; key”." in page
    assert "Nothing goes out by email" not in sign_in("sam", "Warehouse").get(INDEX).text


def test_who_may_tries_at_once():
    stops.stop("email", "401")
    resume = reverse("admin:notification_resume", args=["email"])

    assert sign_in("ada", "Auditor").post(resume).status_code == 403
    assert Health.objects.get().is_stopped
    sign_in("dana", "Sales").post(resume)

    assert not Health.objects.get().is_stopped
    assert OxTask.objects.get().task_path == "notifications.tasks.deliver_waiting"
