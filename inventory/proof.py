"""The proof that the books are right: each function yields a sentence for every breach it finds, and writes nothing.

Other apps add theirs with ``register``. ``manage.py check_stock`` runs them all in one read-only snapshot.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from backoffice.history import proof as history_proof
from backoffice.imports import proof as imports_proof
from backoffice.snapshot import snapshot
from inventory import stock
from inventory.models import StockLevel, StockMovement

Proof = Callable[[str], Iterator[str]]
_proofs: list[Proof] = []


def register(proof: Proof) -> Proof:
    if proof not in _proofs:
        _proofs.append(proof)
    return proof


def find_breaches(using: str = "replica") -> list[str]:
    """Every breach, as a sentence, read in one snapshot of the database ``using``."""
    with snapshot(using):
        return [sentence for proof in _proofs for sentence in proof(using)]


@register
def balances_are_sums(using: str) -> Iterator[str]:
    """Conservation: each balance is the sum of the level's movements."""
    for level in _unbalanced(using):
        yield (
            f"{level.item.sku} at {level.location.name}: {level.on_hand} on hand and {level.allocated} allocated, "
            f"but the ledger adds up to {level.moved} and {level.promised}."
        )


@register
def balances_are_legal(using: str) -> Iterator[str]:
    legal = Q(allocated__gte=0, allocated__lte=F("on_hand"))
    for level in StockLevel.objects.using(using).exclude(legal).select_related("item", "location").iterator():
        yield (f"{level.item.sku} at {level.location.name}: {level.allocated} allocated of {level.on_hand} on hand.")


register(history_proof.find_unguarded)
register(history_proof.find_gaps)
register(imports_proof.miscounted)


def repair(reason: str) -> list[StockMovement]:
    """Writes, for every level whose balances are not the sum of its movements, one movement of the difference.

    The balances stand, since they are what the rules were decided by; nothing that is recorded is changed.
    """
    with transaction.atomic():
        return [stock.reconcile(level, level.moved, level.promised, reason) for level in _unbalanced("default")]


def _unbalanced(using: str) -> Iterator[Any]:
    sums = StockMovement.objects.filter(level=OuterRef("pk")).order_by().values("level")
    levels = StockLevel.objects.using(using).annotate(
        moved=_sum(sums, "on_hand_delta"), promised=_sum(sums, "allocated_delta")
    )
    return levels.exclude(on_hand=F("moved"), allocated=F("promised")).select_related("item", "location").iterator()


def _sum(movements, field: str) -> Coalesce:
    total = movements.annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)
