"""Mail backends at the network's edge: the demo's own, and one that fails as it is told."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend

CAPTURE = {"default": {"BACKEND": "notifications.capture.EmailBackend"}}


class FailingProvider(BaseEmailBackend):
    fault: Exception

    def send_messages(self, email_messages):
        raise self.fault


@pytest.fixture
def capture(settings):
    settings.MAILERS = CAPTURE


@pytest.fixture
def capture_later(settings):
    def begin():
        settings.MAILERS = CAPTURE

    return begin


@pytest.fixture
def provider(settings):
    def fail_with(fault):
        FailingProvider.fault = fault
        settings.MAILERS = {"default": {"BACKEND": f"{__name__}.FailingProvider"}}

    return fail_with


@pytest.fixture
def refusing_key(provider):
    provider(ImproperlyConfigured("the key is wrong"))
