from functools import partial

from backoffice.history.change_sets import Source, change_set

MOST_CHARACTERS = 2000


class ChangeSetMiddleware:
    """Whatever a request writes is one act of its user, for the reason typed into the page that was sent."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with change_set(Source.ADMIN, user=request.user, reason=partial(typed_reason, request)):
            return self.get_response(request)


def typed_reason(request) -> str:
    return request.POST.get("_reason", "").strip()[:MOST_CHARACTERS]
