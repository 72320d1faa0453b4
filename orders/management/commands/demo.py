from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from orders import demo


class Command(BaseCommand):
    help = "Loads the demo shop through the import and the receivers: 120 items, 40 customers, 400 orders in 90 days."

    def handle(self, **options):
        if settings.EMAIL_PROVIDER not in ("capture", "console"):
            raise CommandError("The demo would send mail. Set EMAIL_PROVIDER to capture or console.")
        if demo.is_loaded():
            self.stdout.write("The demo shop is there already.")
            return
        self.stdout.write("Loading the demo shop …")
        demo.load()
        self.stdout.write(self.style.SUCCESS("The demo shop is loaded."))
