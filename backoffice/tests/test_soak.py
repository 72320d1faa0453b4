"""People work on the real product over HTTP while it is proved again and again; see ``backoffice.tests.soak``."""

import time

import pytest

from backoffice.tests import soak
from backoffice.tests.serving import empty_database
from backoffice.tests.test_last_unit_over_http import serving_unguarded

pytestmark = pytest.mark.race


@pytest.mark.parametrize(
    "seconds", [pytest.param(20, id="20 seconds"), pytest.param(120, id="2 minutes", marks=pytest.mark.deep)]
)
def test_a_hurried_day_ends_with_every_order_kept_and_the_books_right(seconds, tmp_path):
    day = soak.soak(tmp_path, seconds)

    assert day.faults == {}
    assert all(day.figures().values()), day.figures()  # of everything there was some


def test_with_the_guards_off_the_same_day_breaks_the_books(tmp_path):
    """The negative control. If nothing were found here, the day above would prove nothing."""
    with empty_database(tmp_path) as database:
        shop = soak.prepare(database)
        with serving_unguarded(database) as port:
            day = soak.work(soak.Day(time.monotonic() + 8, shop, overtime=0), f"http://127.0.0.1:{port}")
        soak.prove(day, "check_stock")

    assert [fault for fault in day.faults if "but the ledger adds up to" in fault]
