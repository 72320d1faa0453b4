from django.core.management.base import BaseCommand

from inventory import proof


class Command(BaseCommand):
    help = "Proves that every balance is the sum of its movements and every line holds what it should. Read-only."

    def add_arguments(self, parser):
        parser.add_argument("--database", default="replica", help="The database alias to read. Default: replica.")

    def handle(self, *, database, **options):
        breaches = proof.find_breaches(database)
        for sentence in breaches:
            self.stdout.write(sentence)
        if breaches:
            self.stderr.write(self.style.ERROR(f"{len(breaches)} breaches found."))
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS("The ledger adds up."))
