"""Users, roles, and what happened at the door."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import events, rights, second_factor, sessions
from backoffice.access.events import Kind
from backoffice.access.models import SecurityEvent
from backoffice.history.admin import ReadOnlyAdmin

admin.site.unregister([User, Group])


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """People are deactivated, never deleted: history names them. Nobody raises anybody above themselves."""

    list_display = ["username", "full_name", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    filter_horizontal = ["user_permissions"]
    actions = ["reset_second_factor", "end_sessions"]
    show_full_result_count = False
    add_fieldsets = [(None, {"fields": ["username", "password1", "password2"]})]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and not (obj and rights.exceeds(obj, request.user))

    def get_fieldsets(self, request, obj=None):
        if not obj:
            return self.add_fieldsets
        about = ["username", "password", ("first_name", "last_name"), "email"]
        may = ["is_active", "is_staff", "groups"]
        own = ["is_superuser", "user_permissions"] if request.user.is_superuser else []
        return [
            (None, {"fields": about}),
            (gettext_lazy("Rights"), {"fields": [*may, *own]}),
            (gettext_lazy("Since"), {"fields": [("date_joined", "last_login")]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        """Nobody edits what they themselves may do, superusers aside."""
        seen = ["date_joined", "last_login"]
        is_self = obj and obj.pk == request.user.pk and not request.user.is_superuser
        return [*seen, "is_active", "is_staff", "groups"] if is_self else seen

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        """Only the roles that whoever edits may give."""
        if db_field.name == "groups":
            may_give = [group.pk for group in rights.grantable(request.user)]
            kwargs |= {"queryset": Group.objects.filter(pk__in=may_give), "widget": forms.CheckboxSelectMultiple}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.is_staff = True  # everybody here is; what they may do comes with their roles
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("name"), ordering="last_name")
    def full_name(self, user):
        return user.get_full_name()

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user):
        return ", ".join(group.name for group in user.groups.all())

    @admin.action(
        permissions=["change"], description=gettext_lazy("Take the second factor off, so that it is set up anew")
    )
    def reset_second_factor(self, request, queryset):
        if beyond := [str(user) for user in queryset if rights.exceeds(user, request.user)]:
            messages.error(
                request, _("Nothing was done: %(users)s may do more than you.") % {"users": ", ".join(beyond)}
            )
            return
        with transaction.atomic():
            removed = [str(user) for user in queryset if self._remove_second_factor(request, user)]
        messages.success(request, _("Without a second factor now: %(users)s.") % {"users": ", ".join(removed) or "—"})

    @admin.action(permissions=["change"], description=gettext_lazy("End all sessions of selected users"))
    def end_sessions(self, request, queryset):
        if self._exceed(request, queryset):
            return
        by = request.user.get_username()
        with transaction.atomic():
            for user in queryset.exclude(pk=request.user.pk):
                ended = sessions.end_all(user.pk)
                events.record(Kind.SESSIONS_ENDED, user=user, request=request, by=by, detail=str(ended))
        messages.success(request, _("They have to sign in anew."))

    def _exceed(self, request, queryset) -> bool:
        """Whether any of them may do more than who asks, which is told: nothing is done then."""
        beyond = [str(user) for user in queryset if rights.exceeds(user, request.user)]
        if beyond:
            messages.error(
                request, _("Nothing was done: %(users)s may do more than you.") % {"users": ", ".join(beyond)}
            )
        return bool(beyond)

    def _remove_second_factor(self, request, user) -> bool:
        if is_removed := second_factor.remove(user):
            by = request.user.get_username()
            events.record(Kind.SECOND_FACTOR_OFF, user=user, request=request, by=by)
        return is_removed


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """What a role may do is changed by superusers only: whoever could, could raise themselves."""

    def get_fields(self, request, obj=None):
        return super().get_fields(request, obj) if request.user.is_superuser else ["name", "may"]

    @admin.display(description=gettext_lazy("Rights"))
    def may(self, group):
        names = group.permissions.values_list("name")
        return format_html_join("", "<div>{}</div>", names)

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "user_name", "kind", "detail", "by", "address"]
    list_filter = ["kind"]
    search_fields = ["user_name__startswith", "address__startswith"]
    search_help_text = gettext_lazy("Who, or from where")
    fields = [("at", "kind"), ("user_name", "by"), ("address", "detail")]
