from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from backoffice import errors, health, metrics

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.page, name="metrics"),
    path("account/", include("backoffice.access.urls")),
    path("admin/", admin.site.urls),
    path("", include("notifications.urls")),
]

handler403, handler404 = errors.not_allowed, errors.not_found
