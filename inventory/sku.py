import re
import unicodedata

_SPACES = re.compile(r"\s+")


def sku_key(sku: str) -> str:
    """The form in which SKUs are compared: NFKC, casefolded, outer spaces off, inner spaces collapsed.

    Computed here and never in SQL, because databases disagree about É and é.
    """
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", sku).casefold()).strip()
