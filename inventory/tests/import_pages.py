"""The pages of an import as somebody at a browser uses them, for tests."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backoffice.imports.models import ImportRun
from inventory.models import StagedItem

ADD = "/admin/imports/importrun/add/"


def make_user(name, *codenames):
    user = get_user_model().objects.create(username=name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def page(name, run):
    return reverse(f"admin:imports_importrun_{name}", args=[run.pk])


def upload(client, text="", **fields):
    if isinstance(text, str):
        fields["text"] = text
    else:
        fields["file"] = SimpleUploadedFile(fields.pop("name", "stock.xlsx"), text.getvalue())
    return client.post(ADD, {"kind": "items", "mode": "set", "policy": "", **fields})


def uploaded(client, text="", **fields) -> ImportRun:
    upload(client, text, **fields)
    return ImportRun.objects.latest("pk")


def actions(run) -> list[str]:
    """What becomes of each row, in the order of the file."""
    return list(StagedItem.objects.filter(run=run).order_by("row").values_list("action", flat=True))
