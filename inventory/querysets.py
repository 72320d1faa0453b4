from django.db import models
from django.db.models import F, Q

from backoffice.words import asked, some
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

    def with_balance(self, on_hand: int, allocated: int):
        return self.filter(on_hand=on_hand, allocated=allocated)

    def move(self, on_hand_delta: int, allocated_delta: int) -> int:
        """Moves both balances; returns the number of rows it found. Only the receiver of a movement calls this."""
        return self._write(on_hand=F("on_hand") + on_hand_delta, allocated=F("allocated") + allocated_delta)


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

    def of_source(self, kind: str, ids):
        return self.filter(source_kind=kind, source_id__in=ids)

    def held(self):
        """(source_id, level_id, held) for each source that still holds an allocation."""
        sums = self.order_by().values_list("source_id", "level_id").annotate(held=models.Sum("allocated_delta"))
        return sums.exclude(held=0)
