from django.conf import settings
from django.urls import path

from notifications import webhooks
from notifications.unsubscribing import Unsubscribe

urlpatterns = [
    path("unsubscribe/<str:key>/", Unsubscribe.as_view(), name="unsubscribe"),
    *webhooks.patterns(settings.EMAIL_PROVIDER),
]
