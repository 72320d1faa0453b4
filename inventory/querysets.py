from collections.abc import Iterable, Sequence
from itertools import chain

from django.db import connections, models, router, transaction
from django.db.models import F, Q
from django.db.models.signals import post_save, pre_save

from backoffice.words import asked, some
from inventory import signals
from inventory.sku import sku_key


class ItemQuerySet(models.QuerySet):
    def search(self, words: str, most: int | None = None):
        """Items whose SKU begins with the words, whose barcode they are, or whose name has words that begin so."""
        words = asked(words)
        by_barcode = Q(barcode=words) & ~Q(barcode="")  # said twice, so that SQLite sees that its index will do
        found = Q(sku_key__begins=sku_key(words)) | Q(name__words=words)
        return some(self, found, Q(sku_key=sku_key(words)) | by_barcode, most)


class GuardedQuerySet(models.QuerySet):
    """No writes past the receivers: what they would change here must go through the verb that is named."""

    way = "save()"

    def _refuse(self, name):
        raise TypeError(f"{self.model.__name__}.objects.{name}() would bypass the stock rules. Use {self.way} instead.")

    def update(self, **kwargs):
        self._refuse("update")

    def _write(self, **kwargs) -> int:
        """The one door, for the named methods of subclasses."""
        return super().update(**kwargs)

    def bulk_create(self, *args, **kwargs):
        self._refuse("bulk_create")

    def _add(self, rows: Iterable) -> None:
        """The other door."""
        super().bulk_create(rows)

    def bulk_update(self, *args, **kwargs):
        self._refuse("bulk_update")

    async def aupdate(self, **kwargs):
        self._refuse("aupdate")

    async def abulk_create(self, *args, **kwargs):
        self._refuse("abulk_create")

    async def abulk_update(self, *args, **kwargs):
        self._refuse("abulk_update")


RUNNING_LOW = Q(reorder_level__gt=0, available__lte=F("reorder_level"))


class StockLevelQuerySet(GuardedQuerySet):
    way = "the verbs of inventory.stock"

    def running_low(self):
        return self.filter(RUNNING_LOW)

    def with_low(self):
        """Adds ``is_low``: whether the level is running low."""
        return self.annotate(is_low=models.ExpressionWrapper(RUNNING_LOW, output_field=models.BooleanField()))

    def locked(self):
        """Rows locked for this transaction, in primary key order: the one order everywhere, so nobody deadlocks."""
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))

    def move(self, movements) -> bool:
        """Gives the levels of the movements the balances after them, in one statement; whether each still had those
        that its movements were weighed against. Only the receiver of movements calls this."""
        steps: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}
        for movement in movements:
            before, now = steps.get(movement.level_id, (movement.balances_before, movement.balances_before))
            if movement.balances_before != now:
                return False
            steps[movement.level_id] = before, movement.balances_after
        values = [(pk, *before, *after) for pk, (before, after) in steps.items()]
        return update_each(self.model, MOVE, values) == len(steps)


MOVE = """
    UPDATE {table} SET on_hand = v.column4, allocated = v.column5 FROM (VALUES {values}) AS v
    WHERE {table}.id = v.column1 AND {table}.on_hand = v.column2 AND {table}.allocated = v.column3
"""


def update_each(model: type[models.Model], statement: str, rows: Sequence[tuple[int, ...]]) -> int:
    """Updates many rows, each by figures of its own, with one statement; returns how many it found."""
    values = ", ".join(["({})".format(", ".join(["%s"] * len(rows[0])))] * len(rows))
    with connections[router.db_for_write(model)].cursor() as cursor:
        cursor.execute(statement.format(table=model._meta.db_table, values=values), list(chain(*rows)))
        return cursor.rowcount


FEW_ITEMS = 100  # whose movements are found by their levels; those of more stand close together in the ledger


class StockMovementQuerySet(GuardedQuerySet):
    way = "the verbs of inventory.stock"

    def search(self, words):
        """Movements of the items whose SKU begins with the words; where there are none, of documents called so."""
        levels = self.model._meta.get_field("level").related_model.objects
        items = levels.model._meta.get_field("item").related_model.objects.filter(sku_key__begins=sku_key(words))
        begun = list(items.values_list("pk", flat=True)[: FEW_ITEMS + 1])
        if len(begun) > FEW_ITEMS:
            return self.filter(level__item__in=items)
        found = list(levels.filter(item__in=begun).values_list("pk", flat=True)) if begun else []
        return self.filter(level__in=found) if found else self.filter(reference__begins=words)

    def post(self, movements) -> None:
        """Enters movements into the ledger in their order, with the signals of saves and one INSERT.

        Several at one level share the level, which their verb has read under its lock. Raises StockRefused.
        """
        with transaction.atomic(savepoint=False):
            for movement in movements:
                pre_save.send(self.model, instance=movement, raw=False, using=self.db, update_fields=None)
            self._add(movements)
            for movement in movements:
                post_save.send(
                    self.model, instance=movement, created=True, raw=False, using=self.db, update_fields=None
                )
            signals.stock_moved.send(self.model, movements=movements)

    def of_source(self, kind: str, ids):
        return self.filter(source_kind=kind, source_id__in=ids)

    def held(self):
        """(source_id, level_id, held) for each source that still holds an allocation."""
        sums = self.order_by().values_list("source_id", "level_id").annotate(held=models.Sum("allocated_delta"))
        return sums.exclude(held=0)
