from django.core.management.base import BaseCommand

from backoffice.history import proof


class Command(BaseCommand):
    help = "Proves that history is whole and cannot be rewritten. Prints each breach in a sentence, then exits 1."

    def add_arguments(self, parser):
        parser.add_argument("--database", default="replica", help="The database alias to read. Default: replica.")

    def handle(self, *, database, **options):
        count = 0
        for find in (proof.find_unguarded, proof.find_gaps, proof.find_doubles):
            for sentence in find(database):
                self.stdout.write(sentence)
                count += 1
        if count:
            self.stderr.write(self.style.ERROR(f"{count} breaches found."))
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS("History is whole."))
