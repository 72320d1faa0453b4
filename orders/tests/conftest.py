import pytest


@pytest.fixture
def dana(db):
    """A clerk with the Sales role, signed in."""
    from orders.tests.pages import sign_in

    return sign_in("dana", "Sales")
