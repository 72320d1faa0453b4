from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from backoffice import about, dashboard, menu, notices, palette, preferences
from backoffice.filters import views as filters


@admin.action(permissions=["delete"], description=gettext_lazy("Delete selected %(verbose_name_plural)s"))
def delete_whole_selection(modeladmin, request, queryset):
    """Django's own, but all or nothing: it logs before it deletes, so a refusal takes the log back, too."""
    try:
        with transaction.atomic():
            return delete_selected(modeladmin, request, queryset)
    except ValidationError as refusal:
        modeladmin.message_user(request, " ".join(refusal.messages), messages.ERROR)
        return None


def not_there(model_admin, request, opts, object_id):
    """For every admin, those of libraries, too: what is gone and what is hidden are answered alike."""
    raise Http404


class BackOfficeSite(admin.AdminSite):
    """The admin is the application."""

    def __init__(self, name="admin"):
        super().__init__(name)
        self._actions["delete_selected"] = self._global_actions["delete_selected"] = delete_whole_selection

    def register(self, model_or_iterable, admin_class=None, **options):
        """Leaves out the screens of libraries that the settings name: they would show keys, or what is unused."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        wanted = [model for model in models if model._meta.label_lower not in settings.WITHOUT_SCREEN]
        super().register(wanted, admin_class, _get_obj_does_not_exist_redirect=not_there, **options)

    def get_urls(self):
        own = [
            path("palette/", self.admin_view(palette.answer), name="palette"),
            path("badges/", self.admin_view(menu.badges), name="badges"),
            path("about/", self.admin_view(about.page), name="about"),
            *filters.urls(self),
            path("preferences/", self.admin_view(preferences.page), name="preferences"),
        ]
        return [*own, *super().get_urls()]

    def each_context(self, request):
        return {**super().each_context(request), "is_demo": settings.DEMO, **notices.context(request)}

    def index(self, request, extra_context=None):
        return super().index(request, {**(extra_context or {}), "today": dashboard.Today(request)})

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        logins = [(role, *login) for role, login in settings.DEMO_LOGINS.items()] if settings.DEMO else []
        return super().login(request, {**(extra_context or {}), "demo_logins": logins})
