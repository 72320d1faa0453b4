"""What messages say, in each language: the wording that comes with the product, and what staff made of it.

A wording is written in a small part of Django's template language. It sees plain facts, never records, so that nothing
can be read or called through it; whatever a fact contains is escaped in HTML; and its links lead to us only.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.template import Context, Engine, Template, TemplateSyntaxError
from django.template.base import Lexer, TokenType
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from backoffice.history.models import History, Tracked
from notifications.choices import Event

DEFAULTS = Path(__file__).parent / "wordings"
PARTS = ("subject", "text", "html", "short")
SENTENCE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)  # of a default: what is translated
TAGS = {
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "empty",
    "endfor",
    "with",
    "endwith",
    "comment",
    "endcomment",
    "spaceless",
}
TAGS |= {"endspaceless", "firstof", "cycle"}
OPEN_DOORS = re.compile(r"\|\s*(safe|safeseq|escapejs|json_script)\b")  # filters that let markup of facts through
LINK = re.compile(
    r"""\b(?:href|src|action|srcset|background|poster)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE
)
ACTIVE = re.compile(r"<\s*(script|iframe|object|embed|form|link|meta|base|style)\b|\bon\w+\s*=|url\s*\(", re.IGNORECASE)


class Wording(Tracked):
    """What staff changed of the wording of one event in one language. A blank part says what came with the product."""

    event = models.CharField(gettext_lazy("event"), max_length=20, choices=Event, editable=False)
    language = models.CharField(gettext_lazy("language"), max_length=8, choices=settings.LANGUAGES, editable=False)
    subject = models.CharField(gettext_lazy("subject"), max_length=300, blank=True)
    text = models.TextField(gettext_lazy("plain text"), blank=True)
    html = models.TextField(gettext_lazy("HTML"), blank=True)
    short = models.CharField(gettext_lazy("text message and chat"), max_length=600, blank=True)

    history = History()

    class Meta:
        verbose_name = gettext_lazy("wording")
        verbose_name_plural = gettext_lazy("wordings")
        ordering = ["event", "language"]
        constraints = [models.UniqueConstraint(fields=["event", "language"], name="wording_once")]

    def __str__(self):
        return f"{self.get_event_display()} ({self.get_language_display()})"

    @property
    def is_changed(self) -> bool:
        return any(getattr(self, part) for part in PARTS)

    def default(self, part: str) -> str:
        return default(self.event, part, self.language)

    def in_force(self) -> dict[str, str]:
        return {part: getattr(self, part) or self.default(part) for part in PARTS}


@cache
def default(event: str, part: str, language: str) -> str:
    """What came with the product: its files, sentence by sentence in the words of the catalogue."""
    ending = "html" if part == "html" else "txt"
    marked = (DEFAULTS / event / f"{part}.{ending}").read_text(encoding="utf-8")
    with override(language):
        return SENTENCE.sub(lambda sentence: _(sentence[1]), marked)


def sources(event: str, language: str) -> dict[str, str]:
    """Each part as it is in force."""
    row = Wording.objects.filter(event=event, language=language).first() or Wording(event=event, language=language)
    return row.in_force()


@cache
def engine(is_html: bool) -> Engine:
    """Without loaders and libraries: nothing can be included, extended or loaded."""
    return Engine(autoescape=is_html, loaders=[], debug=False)


@lru_cache(maxsize=256)
def compiled(source: str, is_html: bool) -> Template:
    return Template(source, engine=engine(is_html))


def fill(source: str, facts: dict[str, Any], *, is_html: bool = False) -> str:
    return compiled(source, is_html).render(Context(facts, autoescape=is_html))


def check(part: str, source: str) -> None:
    """Raises ValidationError where a part says what a wording must not."""
    for token in Lexer(source).tokenize():
        word = next(iter(token.contents.split()), "")
        if token.token_type == TokenType.BLOCK and word not in TAGS:
            known = ", ".join(sorted(TAGS))
            raise ValidationError(_("“%(tag)s” cannot be used here. Use: %(known)s.") % {"tag": word, "known": known})
    if OPEN_DOORS.search(source):
        raise ValidationError(_("Facts are always escaped: take “safe” out."))
    if part == "html":
        check_html(source)
    try:
        compiled(source, part == "html")
    except TemplateSyntaxError as error:
        raise ValidationError(_("This cannot be read: %(error)s") % {"error": error}) from None


def check_html(source: str) -> None:
    if found := ACTIVE.search(source):
        raise ValidationError(_("“%(text)s” has no place in a mail.") % {"text": found[0].strip()})
    for link in map("".join, LINK.findall(source)):
        if not is_ours(link.strip()):
            text = _("Links lead to us only: “%(link)s” does not begin with %(site)s.")
            raise ValidationError(text % {"link": link, "site": settings.SITE_URL})


def is_ours(link: str) -> bool:
    """Whether a link leads to this site, or is the one fact that does."""
    if link.replace(" ", "") == "{{link}}":
        return True
    target, own = urlsplit(link), urlsplit(settings.SITE_URL)
    return (target.scheme, target.netloc) == (own.scheme, own.netloc)
