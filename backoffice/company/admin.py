from django.contrib import admin
from django.http import HttpResponseRedirect
from django.urls import reverse

from backoffice.company import who
from backoffice.company.models import ONLY, Company
from backoffice.history.admin import TrackedAdmin


@admin.register(Company)
class CompanyAdmin(TrackedAdmin):
    """One record, whose list is its page. Until it is saved, the page shows what the environment says."""

    fields = ["name", "address", ("tax_number", "currency"), "contact"]

    def changelist_view(self, request, extra_context=None):
        return HttpResponseRedirect(reverse("admin:company_company_change", args=[ONLY]))

    def get_object(self, request, object_id, from_field=None):
        found = super().get_object(request, object_id, from_field)
        return who.of_environment() if found is None and object_id == str(ONLY) else found

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
