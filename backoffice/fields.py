from django.db import models


class LinesField(models.TextField):
    """Text whose lines end in \\n, though browsers send \\r\\n: the same text is the same wherever it comes from."""

    def to_python(self, value):
        text = super().to_python(value)
        return text and text.replace("\r\n", "\n")
