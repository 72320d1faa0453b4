"""``/healthz``: the process answers. ``/readyz``: it can do its work, or a list of what stops it."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers

from backoffice import jobs


@login_not_required
def alive(request):
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
def ready(request):
    try:
        problems = find_problems()
    except DatabaseError:
        problems = ["The database does not answer."]
    response = JsonResponse({"ready": not problems, "problems": problems}, status=503 if problems else 200)
    add_never_cache_headers(response)
    return response


def find_problems() -> list[str]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ["Migrations are waiting. Run `manage.py migrate`."]
    if jobs.is_worker_silent():
        return ["No worker has been heard from. Start one with `manage.py ox_worker`."]
    return []
