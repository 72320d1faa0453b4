"""How customers and orders go back. An order goes back with its lines in one edit, so that stock settles once; its
state through the steps that people take. What left the house comes back by its own step, not by an undo."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from backoffice.history import undo
from backoffice.history.models import ChangeSet
from backoffice.history.undo import CREATED, DELETED, Change, Group, Outcome, Part, Way, attempt
from inventory.models import StockMovement
from orders import told, workflow
from orders.models import LINE, Customer, Order, OrderLine

Status = Order.Status
Kind = StockMovement.Kind
LEFT = (Status.PARTLY_SHIPPED, Status.SHIPPED)


def contribute() -> None:
    undo.contribute(CustomerWay)
    undo.contribute(OrderWay)


class CustomerWay(Way):
    model = Customer


class OrderWay(Way):
    model = Order
    children = {OrderLine: "order_id"}
    kept = frozenset({"version", "confirmed_at", "created_at", "entered_by", "number"})

    def more_ids(self, change_set: ChangeSet) -> list[QuerySet]:
        """Orders of which the act shipped or took back units."""
        order = OrderLine.objects.filter(pk=OuterRef("source_id")).values("order_id")
        moved = StockMovement.objects.filter(
            change_set=change_set, source_kind=LINE, kind__in=[Kind.SHIPMENT, Kind.RETURN]
        )
        return [moved.order_by().annotate(root=Subquery(order)).values_list("root")]

    def lock(self, ids: Collection[Any]) -> None:
        workflow.lock_all(Order.objects.filter(pk__in=ids))
        super().lock(ids)

    def complete(self, change_set: ChangeSet, groups: Iterable[Group]) -> None:
        by_order = {group.pk: group for group in groups}
        lines = dict(OrderLine.objects.filter(order__in=by_order).values_list("pk", "order_id"))
        moved = StockMovement.objects.filter(change_set=change_set, source_kind=LINE, source_id__in=lines)
        returning = {lines.get(movement.source_id or 0) for movement in moved.filter(kind=Kind.RETURN)}
        for group in by_order.values():
            group.facts = {"has_returned": group.pk in returning}

    # What goes back

    def parts(self, group: Group, shown) -> Iterator[Part]:
        yield from super().parts(group, shown)
        if group.facts["has_returned"]:
            part = Part(f"orders.order:{group.pk}:returned", _("Taken back"), "", "", Outcome.STUCK)
            part.why = _("Units that came back stay on the shelf. To send them again, enter and ship an order.")
            yield part

    def weigh(self, part, change, before, after, now, column) -> None:
        super().weigh(part, change, before, after, now, column)
        if part.name == "status" and part.outcome != Outcome.SAME and {before, after, now} & {*LEFT}:
            part.stick(_("Units that left the house do not come back by an undo. Use “Take back…” on the order."))

    def creation_part(self, group, change) -> Part:
        part = super().creation_part(group, change)
        order = change.now
        if change.model is not Order or order is None:
            return part
        if part.outcome == Outcome.BACK and (touched := self.touched_lines(group)):
            part.outcome, part.why = Outcome.TOUCHED, touched
        if not order.was_confirmed:
            return part
        part.back = _("cancelled: it was confirmed once")
        if order.status == Status.CANCELLED:
            part.outcome = Outcome.SAME
        elif order.status in LEFT:
            part.stick(_("Units of it were shipped. Use “Take back…” on the order."))
        return part

    def touched_lines(self, group: Group) -> str:
        """Who changed, added or removed lines of the order since the act."""
        made = [change for change in group.changes if change.model is OrderLine]
        columns = [f.attname for f in self.fields(OrderLine)]
        for change in made:
            if change.is_left_there and change.is_touched(columns):
                return undo.whose(change.last_to_touch(columns))
        others = OrderLine.objects.filter(order=group.pk).exclude(pk__in=[change.pk for change in made])
        added = OrderLine.history.filter(id__in=others.values("pk"), history_type=CREATED).select_related("change_set")
        return undo.whose(added.order_by("-history_id").first())

    def parts_of(self, group, change, shown) -> Iterator[Part]:
        """What goes, or comes back, with its order is no part of its own."""
        root = group.root
        is_line = change.model is OrderLine and not change.is_forgotten
        if is_line and root and not root.was_there and root.is_left_there and not change.was_there:
            return
        if is_line and root and root.was_there and not root.is_left_there and change.was_there:
            return
        yield from super().parts_of(group, change, shown)

    def permissions(self, parts: Iterable[Part]) -> set[str]:
        parts = list(parts)
        steps = {"orders.cancel_order"} if any(part.name == "status" for part in parts) else set()
        return super().permissions(parts) | steps

    def permission_of(self, part: Part) -> str:
        if part.change and part.name == CREATED and part.change.now and part.change.model is Order:
            return "orders.cancel_order" if part.change.now.was_confirmed else "orders.delete_order"
        return super().permission_of(part) if part.change else "orders.change_order"

    # Going back

    def go_back(self, group: Group, parts: list[Part], reason: str) -> None:
        with attempt(parts), told.choosing(False):
            if parts[0].name == DELETED and parts[0].change and parts[0].change.model is Order:
                recreate(group)
            elif parts[0].name == CREATED and parts[0].change and parts[0].change.model is Order:
                remove_or_cancel(group.pk)
            else:
                edit(group.pk, parts)


def recreate(group: Group) -> None:
    """A draft with the lines that it had when it was deleted."""
    root: Any = group.root
    order = undo.as_it_was(root)
    with workflow.editing(order, keeps_rates=True):
        undo.save(order, force_insert=True)
        for change in group.changes:
            if change.model is OrderLine and change.was_there:
                recreate_line(change, order)


def recreate_line(change: Change, order: Order) -> None:
    line = undo.as_it_was(change)
    line.order, line.keeps_rate = order, True
    undo.save(line, force_insert=True)


def remove_or_cancel(pk: int) -> None:
    order = Order.objects.get(pk=pk)
    if order.was_confirmed:
        workflow.cancel(order)
    else:
        order.delete()


def edit(pk: int, parts: list[Part]) -> None:
    """Opens the order if it is closed, edits it, and closes it or places it again."""
    order = Order.objects.get(pk=pk)
    workflow.lock(order)
    target = next((part.value for part in parts if part.name == "status"), order.status)
    make_editable(order, target)
    edits = [part for part in parts if part.name != "status"]
    if edits:
        edit_all(order, edits)
    if target == Status.CONFIRMED:
        workflow.place(order)
    elif target == Status.CANCELLED:
        workflow.cancel(order)


def make_editable(order: Order, target: str) -> None:
    if target == Status.DRAFT and order.status == Status.CONFIRMED:
        workflow.cancel(order)
    if order.status == Status.CANCELLED != target:
        workflow.reopen(order)


def edit_all(order: Order, parts: list[Part]) -> None:
    with workflow.editing(order, keeps_rates=True):
        for part in parts:
            if part.change and part.change.model is Order:
                undo.set_back(order, part)
        order.version += 1
        undo.save(order)
        for part in parts:
            if part.name == DELETED and part.change:
                recreate_line(part.change, order)
        for line, mine in lines_of(order, parts).items():
            put_line_back(line, mine)
        for part in parts:
            if part.name == CREATED and part.change:
                OrderLine.objects.get(pk=part.change.pk).delete()


def lines_of(order: Order, parts: list[Part]) -> dict[OrderLine, list[Part]]:
    of_lines = [p for p in parts if p.change and p.change.model is OrderLine and p.name not in (CREATED, DELETED)]
    lines = order.lines.with_claims().in_bulk([part.change.pk for part in of_lines if part.change])
    return {line: [p for p in of_lines if p.change and p.change.pk == pk] for pk, line in lines.items()}


def put_line_back(line: OrderLine, parts: list[Part]) -> None:
    line.keeps_rate = True
    for part in parts:
        undo.set_back(line, part)
    undo.save(line)
