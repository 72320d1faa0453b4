"""Items and their stock from a CSV or XLSX file."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from backoffice.imports import kinds
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import FileRefused
from inventory import import_items
from inventory.models import Location

PROBLEMS_TOLD = 50


class Command(BaseCommand):
    help = "Imports items and their stock: the admin's import without a browser."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--location", metavar="CODE", help="where rows without a location count (the default one)")
        parser.add_argument("--mode", choices=["set", "add", "subtract"], default="set", help="what quantities mean")
        parser.add_argument("--key", choices=["sku", "barcode"], default="", help="how items are found")
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", dest="columns")
        parser.add_argument("--good-rows", action="store_true", help="apply the good rows although some are refused")
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument("--sheet", default="", help="of an XLSX with several")
        parser.add_argument("--user", metavar="NAME", help="whose act this is")

    def handle(self, file, **options):
        run = self.run(file, options)
        self.tell(run)
        self.stdout.write(f"new={run.new} changed={run.changed} unchanged={run.unchanged} refused={run.refused}")
        if self.nothing_could_be_applied(run):
            raise SystemExit(1)

    def run(self, file, options) -> ImportRun:
        if not Path(file).is_file():
            raise CommandError(_("There is no file %(name)s.") % {"name": file})
        try:
            return import_items.run_file(
                file,
                user=self.find_user(options["user"]),
                mode=options["mode"],
                key=options["key"],
                location=self.find_location(options["location"]),
                columns=tuple(options["columns"]),
                sheet=options["sheet"],
                only_good=options["good_rows"],
                dry_run=options["dry_run"],
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

    def find_location(self, code):
        if not code:
            return None
        if location := Location.objects.filter(code__iexact=code).first():
            return location
        facts = {"code": code, "codes": ", ".join(Location.objects.values_list("code", flat=True))}
        raise CommandError(_("There is no location %(code)s. There are: %(codes)s.") % facts)

    def nothing_could_be_applied(self, run: ImportRun) -> bool:
        return run.state == run.State.FAILED or bool(run.refused and not (run.only_good and run.ready + run.unchanged))

    # What is told before the last line --------------------------------------------------------------------------------

    def tell(self, run: ImportRun) -> None:
        matched = ", ".join(f"{source} → {name}" for name, source in run.mapping.items() if source)
        self.stdout.write(_("Columns: %(matched)s") % {"matched": matched})
        for notice in run.notices:
            self.stdout.write(notice)
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
