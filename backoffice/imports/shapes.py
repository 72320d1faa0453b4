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

    def columns(self) -> dict[str, list[str]]:
        """Fields whose headings only this program means so; several where there is one for each location."""
        return {}

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


def blank(values: dict[str, Cell], field: str, word: str) -> None:
    """Takes out a word by which a program says that it has no value."""
    if str(values.get(field, "")).strip().casefold() == word:
        values[field] = ""


class Shopify(Shape):
    """Products export: the first row of a handle carries title and type, each further one a variant or a picture.

    Loyverse writes its items the same way, with “Name” and “Category”.
    """

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
        for heading in ("title", "name", "type", "productcategory", "category"):
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
        named = normal(match.columns["name"].source) if "name" in match.columns else ""
        if named in {"title", "name"} and values.get("name"):
            values["name"] = " – ".join([str(values["name"]).strip(), *self._chosen_options(row)])
        blank(values, "quantity", "not stocked")
        blank(values, "unit_price", "variable")

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


class ShopifyAvailable(Shopify):
    """The same where “Available” may be edited: what was typed there moves what is on hand by as much."""

    needs = frozenset({"handle", "option1value", "available(current)", "available(new)", "onhand(noteditable)"})

    def columns(self):
        return {"quantity": [self.header[self.place["onhand(noteditable)"]]]}

    def complete(self, row, match, values):
        super().complete(row, match, values)
        figures = [
            self.cell(row, heading) for heading in ("onhand(noteditable)", "available(new)", "available(current)")
        ]
        if figures[1] and not is_blank(values.get("quantity", "")):
            on_hand, new, current = figures
            is_clear = all(figure.isascii() and figure.removeprefix("-").isdigit() for figure in figures)
            values["quantity"] = (
                str(int(on_hand) + int(new) - int(current)) if is_clear else f"{on_hand} + {new} - {current}"
            )


class ShopifyLocations(Shopify):
    """Inventory export of old: a row for each variant, and a column for each location that bears its name."""

    needs = frozenset({"handle", "option1value", "hscode", "coo"})

    @classmethod
    def fits(cls, header):
        return super().fits(header) and "location" not in {normal(heading) for heading in header}

    def columns(self):
        return {"quantity": [heading for heading in self.header[self.place["coo"] + 1 :] if heading]}


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


class GermanWooCommerce(WooCommerce):
    """The same from a shop in German. “Lager” is how many there are, not where."""

    needs = frozenset({"typ", "artikelnummer", "name", "regulärerpreis"})
    german = {"type": "typ", "sku": "artikelnummer", "parent": "übergeordnetesprodukt"}

    def __init__(self, header):
        super().__init__(header)
        self.place |= {word: self.place[own] for word, own in self.german.items() if own in self.place}

    def columns(self):
        return {"quantity": self._heading("lager") or self._heading("bestand"), "location": []}

    def _heading(self, wanted: str) -> list[str]:
        return [self.header[self.place[wanted]]] if wanted in self.place else []
