"""Text that a spreadsheet would run as a formula is exported with an apostrophe before it; the import takes it off.

Numbers are written as numbers, so −5 stays −5. ``unquoted(quoted(text)) == text`` for every text.
"""

import re

RUNS_AS_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n\0＝＋－＠]")
QUOTED_FORMULA = re.compile(r"'(?='*\s*[=+\-@\t\r\n\0＝＋－＠])")


def quoted(text: str) -> str:
    """Text that no spreadsheet program takes for a formula."""
    return f"'{text}" if RUNS_AS_FORMULA.match(text) else text


def unquoted(text: str) -> str:
    return text[1:] if QUOTED_FORMULA.match(text) else text
