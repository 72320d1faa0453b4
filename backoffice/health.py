"""``/healthz``: the process answers. ``/readyz``: it can do its work, or a list of what stops it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers

from backoffice import jobs, replica


@login_not_required
def alive(request):
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
def ready(request):
    try:
        problems, warnings = find_problems(), find_warnings()
    except DatabaseError:
        problems, warnings = ["The database does not answer."], []
    found = {"ready": not problems, "problems": problems, "warnings": warnings}
    response = JsonResponse(found, status=503 if problems else 200)
    add_never_cache_headers(response)
    return response


def find_problems() -> list[str]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ["Migrations are waiting. Run `manage.py migrate`."]
    problems = []
    if jobs.is_worker_silent():
        problems.append("No worker has been heard from. Start one with `manage.py ox_worker`.")
    if not is_storage_writable():
        problems.append("Uploads cannot be stored. Look at UPLOAD_DIR: whether it is there, writable and not full.")
    return problems


def find_warnings() -> list[str]:
    """What slows the work down without stopping it: long reads go to the database itself meanwhile."""
    try:
        behind = replica.seconds_behind()
    except DatabaseError:
        connections["replica"].close()
        return ["The replica does not answer. Look at DATABASE_REPLICA_URL."]
    return [f"The replica is {behind:.0f} seconds behind."] if behind > settings.REPLICA_BEHIND_SECONDS else []


def is_storage_writable() -> bool:
    """Tried, because rights alone do not tell of a full disk or a share that is gone."""
    try:
        name = default_storage.save("ready/probe", ContentFile(b"ready"))
        default_storage.delete(name)
    except OSError:
        return False
    return True
