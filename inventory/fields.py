from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from inventory.decimals import DecimalField


class MoneyField(models.DecimalField):
    """An amount in the company's currency, two decimals, never negative."""

    def __init__(self, *args, **kwargs):
        defaults = {"max_digits": 12, "decimal_places": 2, "validators": [MinValueValidator(Decimal(0))]}
        super().__init__(*args, **{**defaults, **kwargs})

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": DecimalField, **kwargs})


class PercentField(models.DecimalField):
    """From 0 to 100, two decimals."""

    def __init__(self, *args, **kwargs):
        message = _("Use a percentage from 0 to 100.")
        bounds = [MinValueValidator(Decimal(0), message), MaxValueValidator(Decimal(100), message)]
        super().__init__(*args, **{**kwargs, "max_digits": 5, "decimal_places": 2, "validators": bounds})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_digits", "decimal_places", "validators"):
            kwargs.pop(key, None)
        return name, path, args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": DecimalField, **kwargs})


class DerivedField(models.Field):
    """A figure that its own verbs compute and no save assigns.

    Zero on insert; on update it is written as itself, ``F(name)``, so a stale or edited instance changes nothing.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "default": 0, "editable": False})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["default"], kwargs["editable"]
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add:
            setattr(model_instance, self.attname, self.to_python(0))
            return getattr(model_instance, self.attname)
        return F(self.attname)


class LedgerField(DerivedField, models.IntegerField):
    """A balance that only ledger movements change."""


class TotalField(DerivedField, models.DecimalField):
    """An amount computed from other rows. Fifteen digits, because SQLite keeps decimals as floats."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "max_digits": 15, "decimal_places": 2})
