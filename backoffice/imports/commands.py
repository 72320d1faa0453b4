"""An import as a management command. Each kind has one, which says what its options are called."""

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from backoffice.imports import at_once, kinds
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import FileRefused

PROBLEMS_TOLD = 50


class ImportCommand(BaseCommand):
    kind: ClassVar[str]

    @abstractmethod
    def add_options(self, parser) -> None:
        """The arguments that only this kind has."""

    @abstractmethod
    def read_options(self, given: dict[str, Any]) -> dict[str, Any]:
        """The options of the run. Raises CommandError."""

    def add_arguments(self, parser):
        parser.add_argument("file")
        self.add_options(parser)
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", dest="columns")
        parser.add_argument("--good-rows", action="store_true", help="apply the good rows although some are refused")
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument("--sheet", default="", help="of an XLSX with several")
        parser.add_argument("--user", metavar="NAME", help="whose act this is")

    def handle(self, file, **given):
        run = self.run(file, given)
        self.tell(run)
        self.stdout.write(f"new={run.new} changed={run.changed} unchanged={run.unchanged} refused={run.refused}")
        if self.nothing_could_be_applied(run):
            raise SystemExit(1)

    def run(self, file, given) -> ImportRun:
        if not Path(file).is_file():
            raise CommandError(_("There is no file %(name)s.") % {"name": file})
        try:
            return at_once.run_file(
                self.kind,
                file,
                self.read_options(given),
                user=self.find_user(given["user"]),
                columns=tuple(given["columns"]),
                sheet=given["sheet"],
                only_good=given["good_rows"],
                dry_run=given["dry_run"],
            )
        except FileRefused as error:
            raise CommandError(error.sentence) from None

    def find_user(self, name):
        model = get_user_model()
        if not name:
            return None
        if user := model.objects.filter(**{model.USERNAME_FIELD: name}).first():
            return user
        raise CommandError(_("There is no user %(name)s.") % {"name": name})

    def nothing_could_be_applied(self, run: ImportRun) -> bool:
        return run.state == run.State.FAILED or bool(run.refused and not (run.only_good and run.ready + run.unchanged))

    # What is told before the last line --------------------------------------------------------------------------------

    def tell(self, run: ImportRun) -> None:
        matched = ", ".join(f"{source} → {name}" for name, source in run.mapping.items() if source)
        self.stdout.write(_("Columns: %(matched)s") % {"matched": matched})
        for notice in run.notices:
            self.stdout.write(notice)
        for effect in run.effects:
            self.stdout.write(" ".join(filter(None, [f"{effect['label']}: {effect['value']}", effect["detail"]])))
        self.tell_problems(run)
        if run.error:
            self.stderr.write(run.error)
        if run.refused and not run.only_good:
            self.stderr.write(_("Nothing was applied: rows are refused. --good-rows applies the others."))

    def tell_problems(self, run: ImportRun) -> None:
        refused = kinds.get(run.kind).staged.objects.filter(run=run, action="refused").order_by("row")
        for staged in refused[:PROBLEMS_TOLD]:
            for problem in staged.problems:
                column = f" {problem['column']}" if problem["column"] else ""
                self.stderr.write(
                    _("Row %(row)d%(column)s: ") % {"row": staged.row, "column": column} + problem["message"]
                )
        if (more := run.refused - PROBLEMS_TOLD) > 0:
            self.stderr.write(_("and %(count)d more.") % {"count": more})
