"""Files of known programs whose rows only make sense together: how their rows are completed or passed over.

A shape looks at the header, then at all rows once (``survey``), and then gives each row its turn (``complete``).
"""

from collections import Counter
from typing import ClassVar

from django.utils.translation import ngettext

from backoffice.imports.cells import is_blank
from backoffice.imports.matching import Match, normal
from backoffice.imports.reading import Cell, Row


class Shape:
    """A table whose rows stand for themselves."""

    needs: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, header: list[str]):
        self.header = header
        self.place = {normal(heading): place for place, heading in reversed(list(enumerate(header)))}
        self.skipped: Counter[str] = Counter()

    @classmethod
    def fits(cls, header: list[str]) -> bool:
        return cls.needs <= {normal(heading) for heading in header}

    def survey(self, row: Row) -> None:
        """Sees every row before the first is completed."""

    def composed_key(self) -> str:
        """The source of the key for rows without one; blank for none."""
        return ""

    def composed_fields(self) -> dict[str, str]:
        """Fields that are made of several headings, joined with “+”; ``complete`` may join their cells otherwise."""
        return {}

    def skips(self, row: Row) -> bool:
        """True when the row is no record of its own; it is counted."""
        return False

    def complete(self, row: Row, match: Match, values: dict[str, Cell]) -> None:
        """Fills in what the row leaves to its neighbours."""

    def notices(self) -> list[str]:
        return []

    def cell(self, row: Row, heading: str) -> str:
        """The text under a normalised heading; blank when the file has no such column."""
        place = self.place.get(heading)
        cell = "" if place is None else row.cells[place]
        return "" if is_blank(cell) else str(cell).strip()


class Shopify(Shape):
    """Products export: the first row of a handle carries title and type, each further one a variant or a picture."""

    needs = frozenset({"handle", "option1value"})
    handle = "handle"

    def __init__(self, header):
        super().__init__(header)
        self.carried: dict[str, dict[str, str]] = {}
        self.options = [self.header[place] for key, place in self.place.items() if self._is_option(key)]
        self.options.sort()
        self.pictures = {place for key, place in self.place.items() if "image" in key or key == self.handle}

    @staticmethod
    def _is_option(key: str) -> bool:
        return key.startswith("option") and key.endswith("value")

    def survey(self, row):
        handle = self.cell(row, self.handle)
        first = self.carried.setdefault(handle, {})
        for heading in ("title", "type", "productcategory"):
            if text := self.cell(row, heading):
                first.setdefault(heading, text)

    def composed_key(self):
        return "+".join([self.header[self.place[self.handle]], *self.options])

    def skips(self, row):
        if any(not is_blank(cell) for place, cell in enumerate(row.cells) if place not in self.pictures):
            return False
        self.skipped["picture"] += 1
        return True

    def complete(self, row, match, values):
        first = self.carried.get(self.cell(row, self.handle), {})
        for field in ("name", "category"):
            heading = normal(match.columns[field].source) if field in match.columns else ""
            if heading in first and is_blank(values.get(field, "")):
                values[field] = first[heading]
        if "name" in match.columns and normal(match.columns["name"].source) == "title" and values.get("name"):
            values["name"] = " – ".join([str(values["name"]).strip(), *self._chosen_options(row)])
        if str(values.get("quantity", "")).strip().casefold() == "not stocked":
            values["quantity"] = ""

    def _chosen_options(self, row: Row) -> list[str]:
        texts = [self.cell(row, normal(heading)) for heading in self.options]
        return [text for text in texts if text and text != "Default Title"]

    def notices(self):
        count = self.skipped["picture"]
        sentence = ngettext("%(count)d row carries only a picture.", "%(count)d rows carry only a picture.", count)
        return [sentence % {"count": count}] if count else []


class ShopifyInventory(Shopify):
    """Inventory export: a row for each variant and location. Where no new figure was typed, the current one counts."""

    needs = frozenset({"handle", "option1value", "onhand(current)", "onhand(new)"})

    def complete(self, row, match, values):
        if is_blank(values.get("quantity", "")):
            values["quantity"] = self.cell(row, "onhand(current)")
        super().complete(row, match, values)


class NewShopify(Shopify):
    """The same since 2025, with other headings."""

    needs = frozenset({"urlhandle", "option1value"})
    handle = "urlhandle"


class WooCommerce(Shape):
    """Products export: variable and grouped products hold variations, which inherit name and category."""

    needs = frozenset({"type", "sku", "name", "regularprice"})
    containers = frozenset({"variable", "grouped"})

    def __init__(self, header):
        super().__init__(header)
        self.parents: dict[str, Row] = {}

    def _is_container(self, row: Row) -> bool:
        return bool(self.containers & {word.strip() for word in self.cell(row, "type").split(",")})

    def survey(self, row):
        if self._is_container(row):
            self.parents[self.cell(row, "sku")] = row
            self.parents[f"id:{self.cell(row, 'id')}"] = row

    def skips(self, row):
        if not self._is_container(row):
            return False
        self.skipped["container"] += 1
        return True

    def complete(self, row, match, values):
        parent = self.parents.get(self.cell(row, "parent")) if self.cell(row, "parent") else None
        for field in ("name", "category"):
            if parent and field in match.columns and is_blank(values.get(field, "")):
                values[field] = match.columns[field].cell(parent.cells)
        if isinstance(category := values.get("category"), str):
            values["category"] = category.split(",")[0].strip()

    def notices(self):
        count = self.skipped["container"]
        sentence = ngettext(
            "%(count)d row is a variable or grouped product: it has no stock of its own, its variations are imported.",
            "%(count)d rows are variable or grouped products: they have no stock of their own,"
            " their variations are imported.",
            count,
        )
        return [sentence % {"count": count}] if count else []
