"""What the command palette finds in stock: items by SKU, barcode or name, and what can be done with one."""

from collections.abc import Iterator
from itertools import islice

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice import palette
from backoffice.palette import Entry
from backoffice.words import FEW
from inventory.models import Item
from inventory.stock_screens import PERMISSION, SCREENS


def contribute():
    acts = palette.acts(
        (_("New item"), "admin:inventory_item_add", "inventory.add_item", "n s"),
        (_("New import of a spreadsheet"), "admin:imports_importrun_add", "imports.add_importrun", "n i"),
    )
    palette.contribute(_("Do"), acts)
    palette.contribute(_("Do"), act_on_item)
    palette.contribute(_("Items"), find_items)


def find_items(request: HttpRequest, question: str) -> Iterator[Entry]:
    if not question or not request.user.has_perm("inventory.view_item"):
        return
    for item in _items(question):
        yield Entry(str(item), reverse("admin:inventory_item_change", args=[item.pk]), item.category)


def act_on_item(request: HttpRequest, question: str) -> Iterator[Entry]:
    """“receive mug” leads to the receipt of a mug: a verb of stock, then what to find the item by."""
    verb, _space, words = question.partition(" ")
    if not words or not request.user.has_perm(PERMISSION):
        return
    for screen in SCREENS:
        if str(screen.label).casefold().startswith(verb.casefold()):
            for item in _items(words):
                yield Entry(f"{screen.label} {item}", reverse(f"admin:inventory_item_{screen.name}", args=[item.pk]))


def _items(words: str) -> Iterator[Item]:
    return islice(Item.objects.filter(is_active=True).search(words, most=FEW), palette.FEW)
