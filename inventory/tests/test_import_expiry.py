from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.imports import expiry, steps
from backoffice.imports.models import ImportRun
from backoffice.imports.tests.sheets import xlsx_file
from inventory.models import Item, StagedItem
from inventory.tests.import_shop import run_text

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31)


def test_an_upload_that_nobody_applied_goes_after_thirty_days(admin_client, tmp_path):
    run = run_text(tmp_path, "sku,name\nA-1,Mug\n", dry_run=True)
    storage, name = run.file.storage, run.file.name
    assert storage.exists(name)

    assert expiry.expire(timezone.now() + LATER) == 1

    run.refresh_from_db()
    assert (run.state, run.error, storage.exists(name)) == ("cancelled", "The file was deleted after 30 days.", False)
    assert (StagedItem.objects.count(), steps.confirm(run)) == (0, False)
    pages = [admin_client.get(f"/admin/imports/importrun/{run.pk}/{page}") for page in ("change/", "file/", "refused/")]
    assert [page.status_code for page in pages] == [200, 404, 404]


def test_what_was_applied_keeps_its_file_and_what_is_fresh_stays(tmp_path):
    applied = run_text(tmp_path, "sku,name\nA-1,Mug\n")
    fresh = run_text(tmp_path, "sku,name\nA-2,Cup\n", dry_run=True)

    assert expiry.expire(timezone.now() + timedelta(days=29)) == 0
    assert (expiry.expire(timezone.now() + LATER), expiry.expire(timezone.now() + LATER)) == (1, 0)

    assert applied.file.storage.exists(applied.file.name)
    assert (ImportRun.objects.get(pk=fresh.pk).state, Item.objects.count()) == ("cancelled", 1)


def test_a_workbook_that_takes_too_much_fails_its_run_and_the_next_one_goes_on(tmp_path, settings):
    settings.IMPORT_INLINE_BYTES = 0
    content = xlsx_file([["sku", "name"], ["A-1", "Mug"]]).getvalue()
    run = run_text(tmp_path, content, "stock.xlsx", dry_run=True)
    run.move("checked", to="matched")

    settings.IMPORT_MAX_SECONDS = 0.001
    steps.check(run)
    settings.IMPORT_MAX_SECONDS = 120
    following = run_text(tmp_path, content, "stock.xlsx")

    assert (run.state, "too big or too slow" in run.error) == ("failed", True)
    assert (following.state, Item.objects.count()) == ("applied", 1)
