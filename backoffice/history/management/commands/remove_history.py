from datetime import datetime, time

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from backoffice.history import retention


class Command(BaseCommand):
    help = "Removes versions of records that newer ones had replaced before a date. The ledger and the acts stay."

    def add_arguments(self, parser):
        parser.add_argument("--before", required=True, metavar="DATE", help="the day from which on all versions stay")
        parser.add_argument(
            "--user", required=True, metavar="NAME", help="whose act it is; needs history.remove_history"
        )
        parser.add_argument("--reason", required=True, help="why")
        parser.add_argument("--dry-run", action="store_true", help="count only")

    def handle(self, *, before, user, reason, dry_run, **options):
        day, who = self.day(before), self.user(user)
        if not reason.strip():
            raise CommandError("Say why: removing history needs a reason.")
        found = retention.count(day) if dry_run else retention.remove(day, who, reason)
        for kind, number in found.items():
            self.stdout.write(f"{kind}: {number} {'would go' if dry_run else 'removed'}")
        if not found:
            self.stdout.write("Nothing is old enough to go.")

    def day(self, text):
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        if day is None:
            raise CommandError(f"{text} is not a date. Write it as 2026-01-31.")
        if day > timezone.localdate():
            raise CommandError(f"{text} is in the future.")
        return timezone.make_aware(datetime.combine(day, time.min))

    def user(self, name):
        who = get_user_model().objects.filter(username=name, is_active=True).first()
        if who is None or not who.has_perm(retention.PERMISSION):
            raise CommandError(f"{name} may not remove history: that takes {retention.PERMISSION}.")
        return who
