from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backoffice import backup


class Command(BaseCommand):
    help = "Puts a backup into the configured database and storage, then proves that its books are right."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="lose what is in the database now")

    def handle(self, file, replace, **options):
        try:
            manifest = backup.restore(file, replace)
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored as of {manifest['at']}, with {manifest['uploads']} uploads.")
        call_command("migrate", verbosity=0)  # of an older version: brought up to this one
        call_command("check_stock", stdout=self.stdout)
        call_command("verify_history", stdout=self.stdout)
