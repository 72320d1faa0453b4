"""Saving what a list shows now, and removing what was saved. Plain posts that go back to the list."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.filters.models import LONGEST_QUERY, SavedFilter, kept


class SaveForm(forms.ModelForm):
    query = forms.CharField(max_length=LONGEST_QUERY)

    class Meta:
        model = SavedFilter
        fields = ["name", "query", "is_shared"]

    def clean_query(self):
        if query := kept(QueryDict(self.cleaned_data["query"])):
            return query
        raise forms.ValidationError(_("Filter or search first: there is nothing to save yet."))


def urls(site: admin.AdminSite) -> list:
    return [
        path("filters/<str:label>/save/", site.admin_view(require_POST(save)), name="save_filter"),
        path("filters/<int:pk>/remove/", site.admin_view(require_POST(remove)), name="remove_filter"),
    ]


def save(request, label: str):
    """Under a name that this person uses already on this list, it takes the place of that one."""
    list_admin(request, label)
    form = SaveForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return _to_list(label, request.POST.get("query", ""))
    facts = form.cleaned_data
    is_shared = facts["is_shared"] and request.user.has_perm("filters.share_savedfilter")
    values = {"query": facts["query"], "is_shared": is_shared}
    SavedFilter.objects.update_or_create(values, list=label, owner=request.user, name=facts["name"])
    messages.success(request, _("“%s” is kept above the list.") % facts["name"])
    return _to_list(label, facts["query"])


def remove(request, pk: int):
    found = get_object_or_404(SavedFilter.objects.visible_to(request.user), pk=pk)
    if not found.may_be_removed_by(request.user):
        raise PermissionDenied
    found.delete()
    messages.success(request, _("“%s” is removed. What it showed is as it was.") % found.name)
    return _to_list(found.list, found.query)


def list_admin(request, label: str) -> admin.ModelAdmin:
    """The admin of a list that this person may see."""
    found = next((one for model, one in admin.site._registry.items() if model._meta.label_lower == label), None)
    if found is None:
        raise Http404
    if not found.has_view_or_change_permission(request):
        raise PermissionDenied
    return found


def _to_list(label: str, query: str):
    query = kept(QueryDict(query))
    url = reverse(f"admin:{label.replace('.', '_')}_changelist")
    return HttpResponseRedirect(f"{url}?{query}" if query else url)
