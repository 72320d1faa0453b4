"""Which orders of a file stock could not bear as it is now, first come first served. Decided when they are applied."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.imports.models import ImportRun, StagedRow
from inventory.models import Item
from orders.models import StagedLine
from orders.order_records import Records

TOLD = 10


class Shortages:
    def __init__(self, run: ImportRun):
        self.is_placing = run.options["status"] == "placed"
        self.promised: Counter[int] = Counter()  # units of an item that earlier orders of the file take
        self.short: list[str] = []
        self.count = 0

    def note(self, lines: list[StagedLine], records: Records) -> None:
        if not self.is_placing or lines[0].action != StagedRow.Action.NEW:
            return
        wanted: Counter[int] = Counter()
        for line in lines:
            if line.item_id and self._refuses(records.items[line.item_id]):
                wanted[line.item_id] += line.quantity or 0
        short = [pk for pk, units in wanted.items() if units > self._left(pk, records)]
        if short:
            self._tell(lines[0].number, short[0], wanted, records)
        else:
            self.promised += wanted

    @staticmethod
    def _refuses(item: Item) -> bool:
        return item.is_stocked and item.oversell == Item.Oversell.BLOCK

    def _left(self, pk: int, records: Records) -> int:
        return records.available.get(pk, 0) - self.promised[pk]

    def _tell(self, number: str, pk: int, wanted: Counter[int], records: Records) -> None:
        self.count += 1
        if self.count <= TOLD:
            facts = {"number": number, "sku": records.items[pk].sku, "asked": wanted[pk]}
            left = max(0, self._left(pk, records))
            self.short.append(_("%(number)s (%(sku)s: %(left)d of %(asked)d)") % {**facts, "left": left})

    def notices(self) -> list[str]:
        if not self.count:
            return []
        sentence = ngettext(
            "Stock is short now for %(count)d order, which would be refused: %(orders)s.",
            "Stock is short now for %(count)d orders, which would be refused: %(orders)s.",
            self.count,
        )
        more = ["…"] if self.count > TOLD else []
        return [sentence % {"count": self.count, "orders": ", ".join([*self.short, *more])}]
