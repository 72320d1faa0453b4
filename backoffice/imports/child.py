"""The process that reads a larger file: ``python -m backoffice.imports.child``, spoken to by ``bounded``.

It knows neither the database nor the product's settings but the bounds it is sent, and limits itself to them before it
looks at the file.
"""

import os
import pickle
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import django
from django.conf import settings

BATCH = 1_000  # rows


def main() -> None:
    asked = pickle.load(sys.stdin.buffer)
    limit(asked["bounds"])
    settings.configure(USE_I18N=True, LANGUAGE_CODE=asked["language"] or "en", **asked["bounds"])
    django.setup()
    from backoffice.imports.refusals import FileRefused

    try:
        serve(asked)
    except FileRefused as refusal:
        params = refusal.params or {}
        send("refused", {"message": refusal.sentence, "code": refusal.code, "params": params})


def limit(bounds: dict[str, int]) -> None:
    """Too much memory is an error or the end of the process; too much time of a processor is its end."""
    for kind, most in [
        (resource.RLIMIT_AS, bounds["IMPORT_MAX_MEMORY"]),
        (resource.RLIMIT_CPU, max(int(bounds["IMPORT_MAX_SECONDS"]), 1)),
        (resource.RLIMIT_CORE, 0),
    ]:
        resource.setrlimit(kind, (most, most))


def serve(asked: dict[str, Any]) -> None:
    from backoffice.imports.reading import parse

    with os.fdopen(asked["file"], "rb") as file:
        sheet = parse(file, asked["sheet"])
        send("answer", (sheet.name, sheet.header, sheet.notices))
        rows: Iterator[Any] = iter(())
        while True:
            try:
                question = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            if question == "from the beginning":
                rows = sheet.read()
            send("answer", [(row.number, row.cells, row.problems) for row in islice(rows, BATCH)])


def send(kind: str, told: Any) -> None:
    data = pickle.dumps((kind, told), protocol=pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.write(len(data).to_bytes(8, "little") + data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
