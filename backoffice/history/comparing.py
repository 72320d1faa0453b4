"""What differs between a record at one moment and at another."""

from dataclasses import dataclass

from backoffice.history.as_of import Face, Table


@dataclass(frozen=True)
class Difference:
    label: str
    old: str
    new: str

    @property
    def differs(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True)
class Row:
    """A row of a table at both moments; blank cells where it was not there."""

    state: str  # new, gone, changed or same
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class Tables:
    title: str
    columns: list[str]
    rows: list[Row]
    sums: list[Difference]

    @property
    def differs(self) -> bool:
        return any(row.state != "same" for row in self.rows) or any(each.differs for each in self.sums)


def fields(old: Face, new: Face) -> list[Difference]:
    labels = dict.fromkeys([*old.values, *new.values])
    return [Difference(label, old.values.get(label, ""), new.values.get(label, "")) for label in labels]


def tables(old: Face, new: Face) -> list[Tables]:
    was, now = ({table.title: table for table in face.tables} for face in (old, new))
    titles = dict.fromkeys([*was, *now])
    return [_compared(was.get(title), now.get(title)) for title in titles]


def _compared(old: Table | None, new: Table | None) -> Tables:
    either = new or old
    assert either is not None  # a title comes from one of them
    rows = [_row(old, new, key, len(either.columns)) for key in dict.fromkeys([*_rows(old), *_rows(new)])]
    was, now = dict(old.sums if old else []), dict(new.sums if new else [])
    sums = [Difference(label, was.get(label, ""), now.get(label, "")) for label in dict.fromkeys([*was, *now])]
    return Tables(either.title, either.columns, rows, sums)


def _rows(table: Table | None) -> dict:
    return table.rows if table else {}


def _row(old: Table | None, new: Table | None, key, width: int) -> Row:
    was, now = _rows(old).get(key), _rows(new).get(key)
    state = "new" if was is None else "gone" if now is None else "same" if was == now else "changed"
    blank = [""] * width
    return Row(state, list(zip(was or blank, now or blank, strict=True)))
