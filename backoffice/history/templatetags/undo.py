from django import template

from backoffice.history import undo_pages
from backoffice.history.entries import Entry
from backoffice.history.undo import way_of

register = template.Library()


@register.simple_tag
def undo_url(entry: Entry) -> str:
    """Where what an entry tells is undone, and nothing else of its act; blank where it has no way back."""
    if entry.row is None or not way_of(label := entry.row.instance_type._meta.label_lower):
        return ""
    pk = getattr(entry.row, entry.row.instance_type._meta.pk.attname)
    return undo_pages.url_of(entry.change_set.pk, f"{label}:{pk}")
