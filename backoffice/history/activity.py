"""One feed of what everybody did: change sets, newest first, filtered, a page at a time, each told in a sentence.

What an index answers (person, source, dates, record) is answered however far back it lies. What has to be looked at row
by row (kind, field, words) is looked for in ``LOOK`` change sets at once, and the page says how far it looked.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, connections, router
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils.timezone import make_aware

from backoffice.history import entries, timeline
from backoffice.history.entries import Entry
from backoffice.history.kinds import Kind, all_kinds
from backoffice.history.models import ChangeSet
from backoffice.history.sight import Sight

ACTS = 25  # on a page
LOOK = 20_000  # change sets that a page looks through for what no index knows
LOOK_AT_FIELDS = 5_000  # the same where each row is compared with the one before it
HEADS = 3  # rows of a kind that are told of an act before its page is opened
MANY = 1_000  # rows are not counted further


@dataclass(frozen=True)
class Wanted:
    """What the feed is narrowed to. Blank: everything."""

    person: int | None = None
    source: str = ""
    kind: Kind | None = None
    field: str = ""
    since: date | None = None
    until: date | None = None
    records: tuple[tuple[Any, Any], ...] = ()  # (model, primary key); any of them
    words: str = ""
    before: int | None = None  # go on before this change set


@dataclass
class Told:
    """A change set, and what is told of it: its entries, the most telling first, and how many more there are."""

    change_set: ChangeSet
    entries: list[Entry]
    rows: int
    is_counted: bool  # False: there are more than MANY of a kind

    @property
    def head(self) -> Entry | None:
        return self.entries[0] if self.entries else None

    @property
    def more(self) -> int:
        """Changes that the sentence leaves out: further fields of its record, and other rows."""
        return max(self.rows - 1, 0) + max(len(self.head.changes) - 1, 0) if self.head else self.rows

    @property
    def is_summed_up(self) -> bool:
        """Whether the act's own summary says more than the first of its many rows."""
        act = self.change_set
        return bool(act.source == ChangeSet.Source.IMPORT and act.summary and self.more)


@dataclass(frozen=True)
class Feed:
    acts: list[Told]
    older: int | None  # the change set to go on before
    looked_back_to: datetime | None  # set where the page ends because enough was looked through, not found


def feed(wanted: Wanted, sight: Sight, most: int | None = None) -> Feed:
    """A page of acts that changed something that ``sight`` sees."""
    most = most or ACTS
    indexed = _before(_indexed(wanted), wanted.before)
    found = _looked_for(indexed, wanted, sight)
    edge = None if found is indexed or wanted.records else _edge(indexed, LOOK_AT_FIELDS if wanted.field else LOOK)
    if edge:
        found = found.filter(at__gte=edge.at)
    page = list(found[: most + 1])
    acts = tell(page[:most], sight, shown_kinds(wanted, sight))
    if len(page) > most:
        return Feed(acts, page[most - 1].pk, None)
    return Feed(acts, edge.pk if edge else None, edge.at if edge else None)


def every(wanted: Wanted, sight: Sight) -> QuerySet:
    """All acts that the feed shows, for who has the time to look through everything."""
    return _looked_for(_before(_indexed(wanted), wanted.before), wanted, sight)


def shown_kinds(wanted: Wanted, sight: Sight) -> list[Kind]:
    return [wanted.kind] if wanted.kind else sight.of(all_kinds())


# Finding --------------------------------------------------------------------------------------------------------------


def _indexed(wanted: Wanted) -> QuerySet:
    acts = ChangeSet.objects.order_by("-at", "-id")
    if wanted.person:
        acts = acts.filter(user=wanted.person)
    if wanted.source:
        acts = acts.filter(source=wanted.source)
    if wanted.since:
        acts = acts.filter(at__gte=start_of(wanted.since))
    if wanted.until:
        acts = acts.filter(at__lt=start_of(wanted.until + timedelta(days=1)))
    return acts.filter(pk__in=_acts_on(wanted.records)) if wanted.records else acts


def start_of(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def _acts_on(records: Iterable[tuple[Any, Any]]) -> QuerySet:
    """The change sets of every row that the timelines of the records show."""
    rows = [
        stream.rows(pk).order_by().values_list("change_set_id")
        for model, pk in records
        for stream in timeline.streams_of(model)
    ]
    return rows[0].union(*rows[1:])


def _before(acts: QuerySet, pk: int | None) -> QuerySet:
    last = ChangeSet.objects.filter(pk=pk).first() if pk else None
    if not last:
        return acts
    return acts.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk), at__lte=last.at)  # the last is for the index


def _looked_for(acts: QuerySet, wanted: Wanted, sight: Sight) -> QuerySet:
    """Narrowed by what no index knows; the very same where there is nothing of that."""
    if wanted.words:
        acts = acts.filter(Q(summary__icontains=wanted.words) | Q(reason__icontains=wanted.words))
    if wanted.kind and wanted.field:
        return acts.filter(_changes_field(wanted.kind, wanted.field))
    if wanted.kind:
        return acts.filter(_has_rows(wanted.kind))
    seen = sight.of(all_kinds())
    if len(seen) == len(all_kinds()):
        return acts
    touches = Q(pk__in=[])  # nothing: who sees no kind sees no act
    for kind in seen:
        touches |= Q(_has_rows(kind))
    return acts.filter(touches)


def _rows(kind: Kind) -> QuerySet:
    return kind.model.objects.filter(change_set=OuterRef("pk")).order_by()


def _has_rows(kind: Kind) -> IsNull:
    """Asks act by act; an EXISTS among others makes PostgreSQL read all history into memory before the first act."""
    return IsNull(Subquery(_rows(kind).values("pk")[:1]), False)


def _changes_field(kind: Kind, name: str) -> Exists:
    """Rows of the act whose field differs from the version before."""
    attname = kind.record._meta.get_field(name).attname
    pk = kind.record._meta.pk.attname
    versions = kind.model.objects.filter(**{pk: OuterRef(pk)}, history_id__lt=OuterRef("history_id"))
    was = Subquery(versions.order_by("-history_id").values(attname)[:1])
    rows = _rows(kind).filter(history_type="~").annotate(was=was)
    return Exists(rows.exclude(was=F(attname)).exclude(was__isnull=True, **{f"{attname}__isnull": True}))


def _edge(acts: QuerySet, look: int) -> ChangeSet | None:
    """The last change set that is looked through; None where all are."""
    return next(iter(acts[look - 1 : look]), None)


# Telling --------------------------------------------------------------------------------------------------------------


def tell(acts: list[ChangeSet], sight: Sight, kinds: list[Kind]) -> list[Told]:
    """What each act did. The number of queries depends on the kinds, not on the acts."""
    heads = heads_of([act.pk for act in acts], kinds)
    parts: dict[int, list[tuple[int, list[Entry]]]] = defaultdict(list)
    for kind in kinds:
        found = _by_act(kind, [key for act in acts for key in heads[kind.name, act.pk][0]], sight)
        for act in acts:
            keys, count = heads[kind.name, act.pk]
            parts[act.pk].append((count - len(keys) + len(found[act.pk]), found[act.pk]))
    told = [_told(act, parts[act.pk]) for act in acts]
    return [each for each in told if each.entries or each.change_set.summary]


def _told(act: ChangeSet, parts: list[tuple[int, list[Entry]]]) -> Told:
    """Kinds of which the act changed fewest stand first, an order before its lines; what says nothing stands last."""
    in_order = sorted(parts, key=lambda part: part[0])
    told = sorted((entry for _count, found in in_order for entry in found), key=lambda entry: entry.is_silent)
    rows = sum(count for count, _found in parts) - sum(entry.is_silent for entry in told[1:])
    return Told(act, told, rows, all(count <= MANY for count, _found in parts))


def _by_act(kind: Kind, keys: list[int], sight: Sight) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    if keys:
        for entry in sight.filtered(kind.tell(kind.rows(pk__in=keys).order_by("pk"))):
            found[entry.change_set.pk].append(entry)
    return found


def heads_of(acts: list[int], kinds: list[Kind]) -> dict[tuple[str, int], tuple[list[int], int]]:
    """By kind and act: the first rows, and how many there are, not counted beyond MANY. One query, by index alone."""
    heads: dict[tuple[str, int], tuple[list[int], int]] = defaultdict(lambda: ([], 0))
    if not acts or not kinds:
        return heads
    places = ", ".join(["%s"] * len(acts))
    branches = " UNION ALL ".join(f"{_head_of(kind)} WHERE c.id IN ({places})" for kind in kinds)
    with connections[router.db_for_read(ChangeSet)].cursor() as cursor:
        cursor.execute(branches, acts * len(kinds))
        for name, act, count, *keys in cursor.fetchall():
            heads[name, act] = [key for key in keys if key], count
    return heads


def count(act: int, kinds: list[Kind]) -> dict[str, int]:
    """By kind: how many rows the act has, not counted beyond MANY and one."""
    heads = heads_of([act], kinds)
    return {kind.name: heads[kind.name, act][1] for kind in kinds}


def _head_of(kind: Kind) -> str:
    quote = connection.ops.quote_name
    rows = f"FROM {quote(kind.model._meta.db_table)} r WHERE r.change_set_id BETWEEN c.id AND c.id"
    pk = quote(kind.model._meta.pk.column)
    order = f"ORDER BY r.change_set_id, r.{pk}"  # with an equation PostgreSQL might walk the whole table by its key
    firsts = ", ".join(f"(SELECT r.{pk} {rows} {order} LIMIT 1 OFFSET {n})" for n in range(HEADS))
    count = f"(SELECT COUNT(*) FROM (SELECT 1 {rows} LIMIT {MANY + 1}) AS counted)"
    return f"SELECT '{kind.name}', c.id, {count}, {firsts} FROM {quote(ChangeSet._meta.db_table)} c"


def field_choices(kind: Kind | None) -> list[tuple[str, str]]:
    """The fields whose changes can be looked for."""
    if kind is None or kind.model is kind.record:
        return []
    return [(each.name, str(each.verbose_name)) for each in entries.told_fields(kind.model)]
