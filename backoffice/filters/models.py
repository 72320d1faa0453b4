"""What somebody looks at again and again: the filters, search and order of a list, kept under a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

# How a list is looked at, not what it shows.
PASSING = ("p", "all", "before", "e", "_popup", "_to_field", "_changelist_filters")
LONGEST_QUERY = 2_000


def kept(query: QueryDict) -> str:
    """The part of a list's address that says what is shown, always in the same order, so that two can be compared."""
    pairs = ((name, value) for name, values in query.lists() for value in values)
    wanted = QueryDict(mutable=True)
    for name, value in sorted(pair for pair in pairs if pair[0] not in PASSING and pair[1]):
        wanted.appendlist(name, value)
    return wanted.urlencode()


class SavedFilterQuerySet(models.QuerySet):
    def of_list(self, label: str):
        return self.filter(list=label)

    def visible_to(self, user):
        return self.filter(Q(owner=user) | Q(is_shared=True))


class SavedFilter(models.Model):
    list = models.CharField(_("list"), max_length=100, help_text=_("The model that it lists: orders.order."))
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=LONGEST_QUERY)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner"))
    is_shared = models.BooleanField(_("for everybody"), default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = [("share_savedfilter", "Can save filters for everybody, and remove such filters")]
        constraints = [models.UniqueConstraint(fields=["list", "owner", "name"], name="filter_name_once_a_list")]

    def __str__(self):
        return self.name

    def may_be_removed_by(self, user) -> bool:
        return self.owner_id == user.pk or (self.is_shared and user.has_perm("filters.share_savedfilter"))
