from django.db import models
from django.db.models import F


class LedgerField(models.IntegerField):
    """A balance that only ledger movements change.

    Zero on insert; on update it is written as itself, ``F(name)``, so a stale or edited instance changes nothing.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "default": 0, "editable": False})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["default"], kwargs["editable"]
        return name, path, args, kwargs

    def pre_save(self, model_instance, add):
        if add:
            setattr(model_instance, self.attname, 0)
            return 0
        return F(self.attname)
