"""Everybody reads the language of their choice; until they choose, the one that their browser asks for."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.cache import patch_vary_headers

KEY = "language"  # in the session


class LanguageMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = chosen(request)
        with translation.override(language or translation.get_language_from_request(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        if not language:
            patch_vary_headers(response, ["Accept-Language"])
        return response


def chosen(request: HttpRequest) -> str:
    """The language of who is signed in; blank for the browser's. One that is spoken no more is none."""
    code = request.session.get(KEY, "")
    return code if code in dict(settings.LANGUAGES) else ""


def remember(request: HttpRequest, user) -> None:
    """Puts a person's choice into the session that begins."""
    request.session[KEY] = choice_of(user)


def spoken_by(user) -> AbstractContextManager[None]:
    """For work in the background: sentences are in the language of who waits for it, or else in the shop's."""
    code = choice_of(user) if user else ""
    return translation.override(code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)


def choice_of(user) -> str:
    """Blank for who did not choose."""
    mine = getattr(user, "preferences", None)
    return mine.language if mine else ""
