"""Runs in the environment of django-oscar: ``open`` makes a shop, ``sell`` is a clerk in it.

Selling is what its checkout does with a basket of three lines that is full: load it, look whether each line can be
bought, place the order, which allocates stock, and submit the basket. The basket itself is filled beforehand.
"""

import os
import random
import sys
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings

from benchmarks import crowd

ITEMS, LINES = 30, 3
BASKETS, CLERKS = 4_000, 4


def configure() -> None:
    from oscar import INSTALLED_APPS, defaults

    url = urlsplit(os.environ["OSCAR_DATABASE_URL"])
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path[1:],
        "USER": url.username,
        "HOST": unquote(url.netloc.rpartition("@")[2]),
    }
    own = {name: value for name, value in vars(defaults).items() if name.startswith("OSCAR_")}
    settings.configure(
        **own,
        DATABASES={"default": database},
        INSTALLED_APPS=INSTALLED_APPS,
        SITE_ID=1,
        SECRET_KEY="for-benchmarks-only",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        LOGGING_CONFIG=None,
    )
    django.setup()


def open_shop() -> None:
    from django.core.management import call_command
    from oscar.core.loading import get_model
    from oscar.test.factories import create_product

    call_command("migrate", verbosity=0)
    goods = {"title": "Mug", "price": "12.50", "num_in_stock": 1_000_000}
    for number in range(ITEMS):
        create_product(upc=f"mug-{number}", **goods)
    products = get_model("catalogue", "Product").objects.prefetch_related("stockrecords")
    fill_baskets(list(products))


def fill_baskets(products) -> None:
    """Straight into the tables: filling is no part of what is measured."""
    from oscar.core.loading import get_model

    made = get_model("basket", "Basket").objects.bulk_create(get_model("basket", "Basket")() for _n in range(BASKETS))
    lines = [line_of(basket, product) for basket in made for product in random.sample(products, LINES)]
    get_model("basket", "Line").objects.bulk_create(lines)


def line_of(basket, product):
    from oscar.core.loading import get_model

    record = product.stockrecords.all()[0]
    return get_model("basket", "Line")(
        basket=basket,
        line_reference=f"{product.pk}_{record.pk}",
        product=product,
        stockrecord=record,
        quantity=2,
        price_currency=record.price_currency,
        price_excl_tax=record.price,
        price_incl_tax=record.price,
    )


def sell(basket_id: int) -> None:
    from oscar.apps.partner.strategy import Default
    from oscar.core.loading import get_model
    from oscar.test.factories import create_order

    basket = get_model("basket", "Basket").objects.get(pk=basket_id)
    basket.strategy = Default()
    for line in basket.all_lines():
        allowed, why = basket.is_quantity_allowed(line.quantity, line)
        assert allowed, why
        allowed, why = line.purchase_info.availability.is_purchase_permitted(line.quantity)
        assert allowed, why
    create_order(basket=basket)


def clerk(number: int) -> None:
    """Each sells baskets that no other takes."""
    from oscar.core.loading import get_model

    baskets = get_model("basket", "Basket").open.order_by("pk").values_list("pk", flat=True)
    mine = iter([pk for pk in baskets if pk % CLERKS == number])
    crowd.join(lambda: sell(next(mine)))


if __name__ == "__main__":
    configure()
    open_shop() if sys.argv[1] == "open" else clerk(int(sys.argv[2]))
