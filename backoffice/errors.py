"""Not found and not allowed: in the frame of the back office for who works in it, a plain page for everybody else."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", frame(request), status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", frame(request), status=403)


def frame(request: HttpRequest) -> dict:
    """An address can be refused before it is known who asks."""
    if hasattr(request, "user") and admin.site.has_permission(request):
        return {**admin.site.each_context(request), "frame": "backoffice/framed.html"}
    return {"frame": "backoffice/plain.html"}
