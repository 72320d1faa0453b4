"""What passwords may not be, beside what Django knows of."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from backoffice.company import who

WORDS = ("backroom", "backoffice", "inventory", "warehouse", "manager", "administrator")
MOST_OF_IT = 0.5  # a word may be no more of a password than this


class ShopWordsValidator:
    """Refuses passwords that consist mostly of the company's name or of words of this product."""

    def validate(self, password, user=None):
        for word in (*WORDS, who.name().casefold()):
            if word and word in password.casefold() and len(word) > len(password) * MOST_OF_IT:
                message = _("The password is mostly “%(word)s”, which many would try.") % {"word": word}
                raise ValidationError(message, code="shop_word")

    def get_help_text(self):
        return _("Your password can’t be mostly the company’s name or a word of this product.")
