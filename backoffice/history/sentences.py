"""An act in a sentence: "Dana changed *Price* of MUG-1036 12.00 → 12.50 and 3 more". Marked up, everything escaped."""

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.history import activity
from backoffice.history.activity import Told
from backoffice.history.entries import Entry
from backoffice.history.kinds import all_kinds
from backoffice.history.models import ChangeSet
from backoffice.history.sight import Everything

LONGEST = 60  # characters of a value; the whole stands on the act's page


def sentence(told: Told) -> SafeString:
    head, who = told.head, format_html("<b>{}</b>", told.change_set.user_name)
    if head is None or told.is_summed_up:
        return format_html("{}: {}", who, told.change_set.summary)
    return format_html("{}{}", _of(head, who), _and_more(told))


def in_short(change_set: ChangeSet) -> str:
    """What an act did, as plain text: its summary, or "changed order SO-1299 and 3 more"."""
    if change_set.summary:
        return change_set.summary
    told = activity.tell([change_set], Everything(), all_kinds())
    head = told[0].head if told else None
    return f"{head.verb} {head.what}{_and_more(told[0])}".strip() if head else ""


def _of(entry: Entry, who: SafeString) -> SafeString:
    if entry.is_silent:
        return format_html(_("{who} touched {what}"), who=who, what=_linked(entry.what, entry))
    if entry.kind == "changed":
        return _changed(entry, who)
    if entry.kind == "created":
        return format_html(_("{who} created {what}"), who=who, what=_linked(entry.what, entry))
    if entry.kind == "deleted":
        return format_html(_("{who} deleted {what}"), who=who, what=_linked(entry.what, entry))
    if entry.kind == "noted":
        text, name = Truncator(entry.what).chars(LONGEST * 2), _linked(entry.name, entry)
        return format_html(_("{who} noted on {what}: “{text}”"), who=who, what=name, text=text)
    return format_html("{}: {}{}", who, _linked(entry.what, entry), _first_change(entry))


def _changed(entry: Entry, who: SafeString) -> SafeString:
    label, old, new = entry.changes[0]
    parts = {"field": format_html("<em>{}</em>", label), "what": _linked(entry.name, entry)}
    return format_html(_("{who} changed {field} of {what} {change}"), who=who, change=_change(old, new), **parts)


def _first_change(entry: Entry) -> SafeString:
    if not entry.changes:
        return SafeString()
    label, old, new = entry.changes[0]
    return format_html(", <em>{}</em> {}", label, _change(old, new))


def _change(old: str, new: str) -> SafeString:
    old, new = (Truncator(value).chars(LONGEST) or _("empty") for value in (old, new))
    return format_html('<del class="bo-old">{}</del> → <ins class="bo-new">{}</ins>', old, new)


def _linked(text: str, entry: Entry) -> SafeString:
    return format_html('<a href="{}">{}</a>', entry.url, text) if entry.url else format_html("{}", text)


def _and_more(told: Told) -> str:
    if not told.more:
        return ""
    if not told.is_counted:
        return _(" and more than %(count)s more") % {"count": number_format(told.rows - 1)}
    return ngettext(" and %(count)s more", " and %(count)s more", told.more) % {"count": number_format(told.more)}
