import unicodedata


def sku_key(sku: str) -> str:
    """The form in which SKUs are compared: NFKC, casefolded, outer spaces off, inner spaces collapsed.

    Computed here and never in SQL, because databases disagree about É and é.
    """
    plain = sku if sku.isascii() else unicodedata.normalize("NFKC", sku)
    return " ".join(plain.casefold().split())
