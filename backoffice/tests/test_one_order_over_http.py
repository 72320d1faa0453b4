"""One form sent sixteen times at the same moment, to several server processes: a nervous finger, a proxy."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import httpx
import pytest

from backoffice.tests.race import watching
from backoffice.tests.serving import empty_database, free_port, manage, serving
from backoffice.tests.test_last_unit_over_http import ADD, SHOP, client_of, prepare, sign_in, typed

pytestmark = pytest.mark.race

TIMES, ROUNDS, CLERKS = 16, 3, 8


def test_one_form_sent_many_times_at_once_is_one_order(tmp_path):
    """Of the last unit: whoever comes second finds the stock taken, by the very order it is about to enter."""
    with empty_database(tmp_path) as database:
        customer, items = prepare(database, ROUNDS)
        port = str(free_port())
        with serving(database, PORT=port, **SHOP), watching(database) as watch:
            shown = [send_at_once(port, [typed_once(customer, item)] * TIMES) for item in items]
        proof = manage("check_stock", DATABASE_URL=database)

    assert [len(set(places)) for places in shown] == [1] * ROUNDS
    assert len({places[0] for places in shown}) == ROUNDS
    assert (proof.stdout, proof.returncode) == ("The ledger adds up.\n", 0)
    assert watch.saw_waiting()


def test_without_the_key_it_is_many_orders(tmp_path):
    """The negative control. If these were one order, the test above would prove nothing."""
    with empty_database(tmp_path) as database:
        customer, [item] = prepare(database, 1)
        port = str(free_port())
        draft = {name: value for name, value in typed_once(customer, item).items() if name != "_place"}
        drafts = [draft | {"one_time_key": uuid.uuid4().hex, "_save": "1"} for _ in range(TIMES)]
        with serving(database, PORT=port, **SHOP):
            shown = send_at_once(port, drafts)

    assert len(set(shown)) == TIMES


def test_of_many_who_save_one_order_at_once_one_does_and_the_others_see_both_versions(tmp_path):
    """Each read the same version; who comes later finds another one, at the door or under the lock."""
    with empty_database(tmp_path) as database:
        customer, [item] = prepare(database, 1)
        port = str(free_port())
        draft = {name: value for name, value in typed_once(customer, item).items() if name != "_place"}
        with serving(database, PORT=port, **SHOP):
            [address] = send_at_once(port, [draft | {"_save": "1"}])
            header = {"customer": customer, "seen_version": "0", "lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}
            edits = [header | {"note": f"Note {number}", "_save": "1"} for number in range(CLERKS)]
            answers = send_at_once(port, edits, address)
        proof = manage("check_stock", DATABASE_URL=database)

    assert sorted(answers) == [address] + ["unexpected 409"] * (CLERKS - 1)
    assert (proof.stdout, proof.returncode) == ("The ledger adds up.\n", 0)


def typed_once(customer: str, item: str) -> dict[str, str]:
    return typed("", customer, item)


def send_at_once(port: str, forms: list[dict[str, str]], address: str = ADD) -> list[str]:
    """Where each sending led, all on connections of their own."""
    barrier = Barrier(len(forms))
    with ExitStack() as stack, ThreadPoolExecutor(len(forms)) as pool:
        first, *clients = (stack.enter_context(client_of(port)) for _ in range(1 + len(forms)))
        token = sign_in(first)

        def send(client: httpx.Client, form: dict[str, str]) -> str:
            client.cookies.update(first.cookies)
            client.get("/healthz")  # the connection stands
            barrier.wait(timeout=60)
            answer = client.post(address, data=form | {"csrfmiddlewaretoken": token})
            return answer.headers.get("location", f"unexpected {answer.status_code}")

        return list(pool.map(send, clients, forms))
