"""Files of tills and marketplaces, whose variants are named by more than one column, or by the row above."""

import re
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.imports.cells import is_blank
from backoffice.imports.matching import Match, normal
from backoffice.imports.reading import OddCell, Row
from backoffice.imports.shapes import Shape, blank

BETWEEN = " – "


class Square(Shape):
    """Item library: a row for each variation, which is called “Regular” where there is only one."""

    needs = frozenset({"token", "itemname", "variationname"})

    def complete(self, row, match, values):
        variation = self.cell(row, "variationname")
        if variation and variation.casefold() != "regular" and _source(match, "name") == "itemname":
            values["name"] = BETWEEN.join(filter(None, [str(values["name"]).strip(), variation]))
        blank(values, "unit_price", "variable")


class Etsy(Shape):
    """Listings: a listing with variations is one row with all its SKUs and one sum."""

    needs = frozenset({"title", "quantity", "sku", "variation1type"})

    def complete(self, row, match, values):
        if "," in str(values.get("sku", "")) and _source(match, "sku") == "sku":
            values["sku"] = OddCell(
                _("several SKUs (%(skus)s). Give each a row with its quantity") % {"skus": values["sku"]}
            )


class Containers(Shape):
    """Rows that hold others, and have no stock of their own, are passed over and counted."""

    def notices(self):
        containers = ngettext(
            "%(count)d row only holds variations: it has no stock of its own, its variations are imported.",
            "%(count)d rows only hold variations: they have no stock of their own, their variations are imported.",
            self.skipped["container"],
        )
        others = ngettext(
            "%(count)d row is no item of its own, such as a picture or a translation.",
            "%(count)d rows are no items of their own, such as pictures or translations.",
            self.skipped["other"],
        )
        told = {"container": containers, "other": others}
        return [told[what] % {"count": count} for what, count in self.skipped.items() if count]


class Magento(Containers):
    """Products: a configurable one holds others; a row for a store view only translates the row above it."""

    needs = frozenset({"sku", "storeviewcode", "producttype"})
    containers: ClassVar[set[str]] = {"configurable", "grouped", "bundle"}

    def skips(self, row):
        is_container = self.cell(row, "producttype") in self.containers
        if not is_container and not self.cell(row, "storeviewcode"):
            return False
        self.skipped["container" if is_container else "other"] += 1
        return True


class EBay(Containers):
    """Active listings: a row for the listing, and one for each of its variations."""

    needs = frozenset({"itemnumber", "title", "variationdetails"})

    def __init__(self, header):
        super().__init__(header)
        self.varied: set[str] = set()

    def survey(self, row):
        if self.cell(row, "variationdetails"):
            self.varied.add(self.cell(row, "itemnumber"))

    def skips(self, row):
        if self.cell(row, "variationdetails") or self.cell(row, "itemnumber") not in self.varied:
            return False
        self.skipped["container"] += 1
        return True

    def complete(self, row, match, values):
        details = self.cell(row, "variationdetails").strip("[]")
        if details and _source(match, "name") == "title":
            values["name"] = BETWEEN.join(filter(None, [str(values["name"]).strip(), details]))


class BigCommerce(Containers):
    """Products: below each product its variants, and rows of pictures and rules that are no items."""

    needs = frozenset({"item", "id", "name", "sku", "options", "inventorytracking"})
    item, options, tracking = "item", "options", "inventorytracking"
    variants: ClassVar[set[str]] = {"variant", "sku"}
    by_variant: ClassVar[set[str]] = {"variant", "by option"}
    option = re.compile(r"Value=([^|;]*)")
    inherited = ("category", "unit_price", "cost", "condition")

    def __init__(self, header):
        super().__init__(header)
        self.product: Row | None = None

    def skips(self, row):
        what = self.cell(row, self.item).casefold()
        if what == "product":
            self.product = row
        is_container = what == "product" and self.cell(row, self.tracking).casefold() in self.by_variant
        if not is_container and what in {"product", *self.variants}:
            return False
        self.skipped["container" if is_container else "other"] += 1
        return True

    def complete(self, row, match, values):
        if self.product is None or self.cell(row, self.item).casefold() not in self.variants:
            return
        product = self.product.cells
        for field in self.inherited:
            if field in match.columns and is_blank(values.get(field, "")):
                values[field] = match.columns[field].cell(product)
        if "name" in match.columns:
            chosen = self.option.findall(self.cell(row, self.options))
            parts = [str(match.columns["name"].cell(product)), *chosen]
            values["name"] = BETWEEN.join(filter(None, map(str.strip, parts)))


class OldBigCommerce(BigCommerce):
    """The same from its older template: “[S]Size=Small,[RT]Colour=Red” is the name of a variant."""

    needs = frozenset({"itemtype", "productname", "productcodesku", "trackinventory"})
    item, options, tracking = "itemtype", "productname", "trackinventory"
    option = re.compile(r"=([^,]*)")


SHAPES = (Square, Etsy, Magento, EBay, BigCommerce, OldBigCommerce)


def _source(match: Match, field: str) -> str:
    """The normalised heading that a field is taken from; blank for none."""
    return normal(match.columns[field].source) if field in match.columns else ""
