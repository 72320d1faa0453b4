from backoffice.history.change_sets import Source, change_set


class ChangeSetMiddleware:
    """Whatever a request writes is one act of its user."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with change_set(Source.ADMIN, user=request.user):
            return self.get_response(request)
