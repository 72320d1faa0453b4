"""Mail backends at the network's edge: the demo's own, and one that fails as it is told."""

import pytest
from django.core.mail.backends.base import BaseEmailBackend


class FailingProvider(BaseEmailBackend):
    fault: Exception

    def send_messages(self, email_messages):
        raise self.fault


@pytest.fixture
def capture(settings):
    settings.MAILERS = {"default": {"BACKEND": "notifications.capture.EmailBackend"}}


@pytest.fixture
def provider(settings):
    def fail_with(fault):
        FailingProvider.fault = fault
        settings.MAILERS = {"default": {"BACKEND": f"{__name__}.FailingProvider"}}

    return fail_with
