from django import template

from backoffice.history import undo, undo_pages
from backoffice.history.entries import Entry

register = template.Library()


@register.simple_tag
def undo_url(entry: Entry) -> str:
    """Where what an entry tells is undone, and nothing else of its act; blank where it has no way back."""
    scope = undo.scope_of(entry.row)
    return undo_pages.url_of(entry.change_set.pk, scope) if scope else ""
