from django import forms
from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice.history.admin import TrackedAdmin
from notifications.rulebook import Rule


class RuleForm(forms.ModelForm):
    chat = forms.ChoiceField(label=_("chat"), required=False, help_text=_("CHATS of the settings names them."))

    class Meta:
        model = Rule
        fields = ["event", "audience", "role", "person", "chat", "channel", "frequency", "is_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "chat" in self.fields:  # not where the page is only to be read
            self.fields["chat"].choices = [("", "—"), *((name, name) for name in settings.CHATS)]


@admin.register(Rule)
class RuleAdmin(TrackedAdmin):
    form = RuleForm
    list_display = ["event", "whom", "channel", "frequency", "is_on"]
    list_filter = ["event", "audience", "channel", "is_on"]
    list_select_related = ["role", "person"]
    fields = ["event", "audience", ("role", "person", "chat"), ("channel", "frequency"), "is_on"]

    @admin.display(description=_("who"))
    def whom(self, rule):
        return rule.whom
