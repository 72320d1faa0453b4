"""Taking an act back: once, under one act of its own, small ones at once and large ones by the worker in chunks.

Every chunk is one transaction that reads, under the locks, what goes back, and notes how far it got: a process that
dies between two chunks, or in one, costs nothing. What is refused stays, and says why.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.exports.sources import request_of
from backoffice.history import change_sets, sentences, undo_read
from backoffice.history.change_sets import Source
from backoffice.history.models import ChangeSet, Undo
from backoffice.history.sight import Sight
from backoffice.history.undo import Group, Outcome, Way, history_of, way_of, ways

AT_ONCE = 100  # records: what is undone while the browser waits, and what a preview tries out
BATCH = 50  # records that are read, locked and changed together
SECONDS = 1.0  # after which a chunk ends: SQLite's write lock is held meanwhile
LOOK_AHEAD = 50  # batches whose keys are read together; more than one chunk takes back
SENTENCES = 100  # kept of what did not go back


class UndoRefused(ValidationError):
    """The act cannot be undone, or not again."""


@dataclass(frozen=True)
class Stage:
    """One walk over the records of a kind: those that the act deleted, or all others; in bulk, or one by one."""

    way: Way
    gone: bool
    in_bulk: bool

    def ids(self, change_set: ChangeSet, after: Any = None, but: ChangeSet | None = None):
        return undo_read.ids(self.way, change_set, gone=self.gone, after=after, but=None if self.in_bulk else but)


def stages(in_bulk: bool = False) -> list[Stage]:
    """What was deleted comes back before what points at it; what points at others goes before they do."""
    order = [(way, True) for way in ways()] + [(way, False) for way in reversed(ways())]
    return [
        Stage(way, gone, bulk) for way, gone in order for bulk in ([True, False] if in_bulk and way.BULK else [False])
    ]


# What would go back ---------------------------------------------------------------------------------------------------


def count(change_set: ChangeSet, scope: str = "") -> int:
    """The records that the act touched."""
    return len(_scoped(change_set, scope)) if scope else sum(stage.ids(change_set).count() for stage in stages())


def touched(change_set: ChangeSet) -> int:
    """Of how many records somebody wrote another version since."""
    return sum(undo_read.touched(way, change_set) for way in ways())


def plan(change_set: ChangeSet, scope: str = "", most: int = AT_ONCE) -> list[Group]:
    """The first records of the act, each with its parts. Writes nothing."""
    found: list[Group] = []
    for stage in stages():
        for ids in batched(_ids(stage, change_set, scope)[: most - len(found)], BATCH):
            found += undo_read.groups(stage.way, change_set, _keys(ids), scope)
    return found


def rehearse(change_set: ChangeSet, user: Any = None, scope: str = "") -> list[Group]:
    """The plan with what would be refused found out: by doing it, in a transaction that is rolled back. What is refused
    although others' changes were ticked cannot be ticked."""
    groups = _tried(change_set, scope, ticked=[])
    refused = _refused(groups)
    if any(part.outcome == Outcome.TOUCHED for group in groups for part in group.parts):
        refused = _refused(_tried(change_set, scope, ticked=["*"])) | refused
    groups = plan(change_set, scope)
    hold_back(groups, user)
    for part in (part for group in groups for part in group.parts):
        if part.key in refused:
            part.stick(refused[part.key])
    return groups


def _tried(change_set: ChangeSet, scope: str, ticked: Collection[str]) -> list[Group]:
    with transaction.atomic():
        with change_sets.change_set(Source.UNDO):
            groups = list(_go_back_all(change_set, scope, ticked, reason="…"))
        transaction.set_rollback(True)
    return groups


def _refused(groups: Iterable[Group]) -> dict[str, str]:
    return {part.key: part.why for group in groups for part in group.tried if part.outcome == Outcome.STUCK}


def _ids(stage: Stage, change_set: ChangeSet, scope: str):
    if not scope:
        return stage.ids(change_set)
    return [(pk,) for found, pk in _scoped(change_set, scope) if found == stage]


def _scoped(change_set: ChangeSet, scope: str) -> list[tuple[Stage, Any]]:
    """The stage and the key of the one record that the scope is within; none where the act did not touch it."""
    if (root := root_of(change_set, scope)) is None:
        return []
    way, pk = root
    mine = [stage for stage in stages() if stage.way is way]
    return [(stage, pk) for stage in mine if (pk,) in stage.ids(change_set, after=pk - 1)[:1]]


def root_of(change_set: ChangeSet, scope: str) -> tuple[Way, Any] | None:
    """The way and the key of the record that a scope is within: “orders.orderline:5” is within its order."""
    label, _colon, rest = scope.partition(":")
    pk, found = rest.partition(":")[0], way_of(label)
    if found is None or not pk.isdecimal():
        return None
    way, model = found
    if model is way.model:
        return way, int(pk)
    row = history_of(model).objects.filter(change_set=change_set, id=int(pk)).first()
    return (way, getattr(row, way.tables()[model])) if row else None


def _keys(ids: Iterable[tuple]) -> list[Any]:
    return [key for (key,) in ids]


# Who may --------------------------------------------------------------------------------------------------------------


def hold_back(groups: Collection[Group], user: Any) -> None:
    """Who takes something back must be allowed to look at it, and to change it by hand."""
    if user is None:
        return
    hide(groups, user)
    for group in groups:
        for part in group.going(["*"]):
            if group.is_hidden:
                part.stick(_("You may not look at this."))
            elif missing := {name for name in group.way.permissions([part]) if not user.has_perm(name)}:
                part.stick(_("You may not change this: %(what)s.") % {"what": ", ".join(sorted(missing))})


def hide(groups: Iterable[Group], user: Any) -> None:
    """Who may not look at a record does not learn from its undo what it says."""
    by_model: dict[Any, dict[Any, Group]] = defaultdict(dict)
    for group in groups:
        by_model[group.way.model][group.pk] = group
    for model, mine in by_model.items():
        for pk in unseen(model, mine, user):
            mine[pk].hide()


def unseen(model: Any, pks: Collection[Any], user: Any) -> set[Any]:
    """Those of the records that this person may not look at, as a kind or each for itself."""
    meta = model._meta
    if any(user.has_perm(f"{meta.app_label}.{get_permission_codename(verb, meta)}") for verb in ("view", "change")):
        return Sight(request_of(user)).hidden(model, set(pks))
    return set(pks)


# Starting -------------------------------------------------------------------------------------------------------------


def start(
    change_set: ChangeSet,
    user: Any,
    reason: str,
    ticked: Collection[str] = (),
    scope: str = "",
    later: Callable[[int], Any] = lambda undo_id: None,
) -> Undo:
    """Begins to take back an act, or the part of it that is in ``scope``. Raises UndoRefused where that was done.

    Up to ``AT_ONCE`` records are back when this returns. More are left to ``later``, which is called with the undo's
    key in its transaction and sees to it that ``go_on`` is called until it is over.
    """
    if not reason.strip():
        raise UndoRefused(_("Say why: an undo needs a reason."), code="reason_required")
    with transaction.atomic():
        undo = _begin(change_set, user, reason.strip(), list(ticked), scope)
        if undo.records <= AT_ONCE:
            _do_at_once(undo)
        else:
            later(undo.pk)
    return undo


def _begin(change_set: ChangeSet, user: Any, reason: str, ticked: list[str], scope: str) -> Undo:
    try:
        with transaction.atomic():
            return Undo.objects.create(
                undone=change_set,
                part=scope,
                user=user,
                reason=reason,
                ticked=ticked,
                records=count(change_set, scope),
            )
    except IntegrityError:
        if not change_set.standing_undo():
            raise
        raise UndoRefused(_("It is undone already."), code="undone_already") from None


def _do_at_once(undo: Undo) -> None:
    with act(undo) as acting:
        for group in _go_back_all(undo.undone, undo.part, undo.ticked, undo.reason, undo.user):
            _note(undo, [group])
        finish(undo, acting)
    if undo.by is None:
        raise UndoRefused(" ".join([_("Nothing goes back."), *undo.left]), code="nothing_goes_back")


def act(undo: Undo):
    """The one act that all chunks of an undo belong to."""
    if undo.by:
        return change_sets.going_on(undo.by)
    summary = _("Undid: %(what)s") % {"what": told_in_short(undo.undone)}
    return change_sets.change_set(Source.UNDO, undo.user, reason=undo.reason, summary=summary[:300])


def told_in_short(change_set: ChangeSet) -> str:
    told = sentences.in_short(change_set)
    return told or str(change_set)


# Going back -----------------------------------------------------------------------------------------------------------


def _go_back_all(change_set, scope: str, ticked: Collection[str], reason: str, user: Any = None) -> Iterator[Group]:
    keys = [(stage, _keys(_ids(stage, change_set, scope))) for stage in stages()]
    for stage, ids in keys:
        stage.way.lock(ids)
    for stage, ids in keys:
        for batch in batched(ids, BATCH):
            yield from _go_back(stage.way, change_set, batch, scope, ticked, reason, user)


def _go_back(way: Way, change_set, ids, scope: str, ticked: Collection[str], reason: str, user: Any) -> Iterator[Group]:
    groups = undo_read.groups(way, change_set, ids, scope)
    hold_back(groups, user)
    for group in groups:
        group.tried = group.going(ticked)
        if group.tried:
            way.go_back(group, group.tried, reason)
        yield group


def _note(undo: Undo, groups: Iterable[Group]) -> None:
    """How far it got, and what did not go back."""
    for group in groups:
        undo.records_done += 1
        for part in group.left():
            undo.left_count += 1
            if len(undo.left) < SENTENCES:
                undo.left.append(f"{group.text}, {part.label}: {part.why}")


def finish(undo: Undo, acting: change_sets.Act) -> None:
    undo.by = acting.row() if acting.has_written else undo.by
    undo.state, undo.finished_at = Undo.State.DONE, timezone.now()
    undo.stands = undo.by is not None
    undo.save()
    if undo.stands and not undo.part:
        note_standing(undo.undone, stands=False)


def note_standing(change_set: ChangeSet, stands: bool) -> None:
    """An undo that is itself undone stands no more; undone once more, it stands again."""
    for undo in Undo.objects.filter(by=change_set).select_related("undone"):
        if stands and undo.part == "" and undo.undone.standing_undo():
            continue
        Undo.objects.filter(pk=undo.pk).update(stands=stands)
        if not undo.part:
            note_standing(undo.undone, not stands)


# In chunks ------------------------------------------------------------------------------------------------------------


def go_on(undo_id: int, then: Callable[[], Any]) -> bool:
    """One chunk in a transaction of its own, in which ``then`` is called while records are left. Safe to repeat."""
    with transaction.atomic():
        found = Undo.objects.select_for_update(no_key=True, of=("self",)).select_related("by", "undone", "user")
        undo = found.get(pk=undo_id)
        if undo.state != Undo.State.GOING:
            return False
        with act(undo) as acting:
            is_over = _chunk(undo, acting)
            if is_over:
                finish(undo, acting)
            else:
                undo.save()
        if not is_over:
            then()
    return not is_over


def _chunk(undo: Undo, acting: change_sets.Act) -> bool:
    """Walks on from where the last chunk ended, for about a second; whether it came to the end."""
    began = time.monotonic()
    all_stages = stages(in_bulk=True)
    first, after = undo.position or (0, None)
    for number, stage in enumerate(all_stages[first:], start=first):
        for ids in _batches(undo, stage, after):
            _take_back(undo, stage, ids)
            undo.position, undo.by = [number, ids[-1]], acting.row() if acting.has_written else undo.by
            if time.monotonic() - began > SECONDS:
                return False
        after = None
    return True


def _batches(undo: Undo, stage: Stage, after: Any) -> Iterable[tuple]:
    """The keys of the records that a stage has left, read once a chunk: every look goes through the whole act."""
    size = stage.way.BULK if stage.in_bulk else BATCH
    return batched(_keys(stage.ids(undo.undone, after, undo.by)[: size * LOOK_AHEAD]), size)


def _take_back(undo: Undo, stage: Stage, ids: Collection[Any]) -> None:
    stage.way.lock(ids)
    if stage.in_bulk:
        hidden = unseen(stage.way.model, ids, undo.user) if undo.user else set()
        seen = [pk for pk in ids if pk not in hidden]
        undo.records_done += stage.way.go_back_in_bulk(undo, seen, gone=stage.gone)
    else:
        _note(undo, _go_back(stage.way, undo.undone, ids, undo.part, undo.ticked, undo.reason, undo.user))
