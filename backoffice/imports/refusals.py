"""What is wrong with a file or with one cell of it, in words for people."""

from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError

SHOWN_CHARACTERS = 80


class FileRefused(ValidationError):
    """The whole file cannot be taken. Nothing of it was staged."""

    @property
    def sentence(self) -> str:
        return " ".join(self.messages)


@dataclass(frozen=True)
class Problem:
    """Why a row is refused. ``column`` is the heading in the file, ``field`` the word used here; both may be blank."""

    message: str
    code: str
    field: str = ""
    column: str = ""
    value: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def shown(value: object) -> str:
    """A cell as it is quoted in a sentence: short, and without characters that would disturb the line."""
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    text = "".join(c if c.isprintable() else "�" for c in str(value)[: SHOWN_CHARACTERS + 1])
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
