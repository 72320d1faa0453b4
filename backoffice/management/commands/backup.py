from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from backoffice import backup


class Command(BaseCommand):
    help = "Copies database and uploads into one file, while people work."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, file, **options):
        try:
            manifest = backup.create(file.absolute())
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file}: the {manifest['engine']} database and {manifest['uploads']} uploads.")
