"""How people are recognised in files: the keys of their names and addresses of mail, and phone numbers in one form."""

import re

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.imports.refusals import shown
from inventory.sku import sku_key

KEY_LENGTH = 300
PHONE = re.compile(r"[+＋]?[0-9\s()/.\-\u2010-\u2015]+")


def key(text: str) -> str:
    """The form in which names and addresses of mail are compared: that of SKUs."""
    return sku_key(text)[:KEY_LENGTH]


def e164(text: str) -> str:
    """“0171 2345678” as “+491712345678”. A number without country code is one of ``PHONE_REGION``.

    Raises ValueError with a sentence.
    """
    text = text.strip()
    try:
        number = phonenumbers.parse(text, settings.PHONE_REGION or None) if PHONE.fullmatch(text) else None
    except phonenumbers.NumberParseException:
        number = None
    if number and phonenumbers.is_possible_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    message = _("“%(value)s” is not a phone number that can be read. Write it with its country code: +44 20 7946 0000.")
    raise ValueError(message % {"value": shown(text)})
