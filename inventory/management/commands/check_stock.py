from django.core.management.base import BaseCommand, CommandError

from backoffice.history.change_sets import Source, change_set
from inventory import proof


class Command(BaseCommand):
    help = "Proves that the books are right, read-only in one snapshot. Prints each breach in a sentence, then exits 1."

    def add_arguments(self, parser):
        parser.add_argument("--database", default="replica", help="The database alias to read. Default: replica.")
        parser.add_argument("--repair", action="store_true", help="Write adjusting movements where sums do not match.")
        parser.add_argument("--reason", default="", help="Why; required with --repair.")

    def handle(self, *, database, repair, reason, **options):
        if repair:
            self._repair(reason)
        breaches = proof.find_breaches(database)
        for sentence in breaches:
            self.stdout.write(sentence)
        if breaches:
            self.stderr.write(self.style.ERROR(f"{len(breaches)} breaches found."))
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS("The ledger adds up."))

    def _repair(self, reason):
        if not reason.strip():
            raise CommandError("Say why: --repair needs --reason.")
        with change_set(Source.COMMAND, reason=reason, summary="check_stock --repair"):
            for movement in proof.repair(reason):
                level = f"{movement.level.item.sku} at {movement.level.location.name}"
                self.stdout.write(
                    f"{level}: recorded {movement.on_hand_delta:+} on hand, {movement.allocated_delta:+} allocated."
                )
