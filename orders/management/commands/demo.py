from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backoffice.history import append_only
from orders import demo


class Command(BaseCommand):
    help = "Loads the demo shop through the import and the receivers: 120 items, 40 customers, 400 orders in 90 days."

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true", help="Empty the whole database first. Only where DEMO=1.")

    def handle(self, *, reset, **options):
        if settings.EMAIL_PROVIDER not in ("capture", "console"):
            raise CommandError("The demo would send mail. Set EMAIL_PROVIDER to capture or console.")
        if not settings.DEMO:
            self.stdout.write("This is not a demo (DEMO=0): nothing loaded.")
            return
        if reset:
            self._empty_database()
        if demo.is_loaded():
            self.stdout.write("The demo shop is there already.")
            return
        self.stdout.write("Loading the demo shop …")
        demo.load()
        self.stdout.write(self.style.SUCCESS("The demo shop is loaded."))

    def _empty_database(self):
        append_only.remove("default")  # put back by post_migrate, which the flush sends
        call_command("flush", interactive=False, verbosity=0)
