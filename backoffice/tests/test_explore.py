import re, pathlib, collections
import pytest
from django.conf import settings
from django.db import transaction
from backoffice.tests import site_map
from backoffice.tests.test_matrix import visitor, sent_to, guarded, let_go
pytestmark = pytest.mark.django_db

def names():
    found=set()
    for app in ["backoffice","inventory","orders","notifications"]:
        for p in (settings.BASE_DIR/app).rglob("*.py"):
            if "tests" in p.parts: continue
            found |= set(re.findall(r'(?:GET|POST|asked|data|query|params)(?:\.get\(|\.getlist\(|\[)"([\w-]+)"', p.read_text()))
    return sorted(found | {"q","p","o","e","all","_popup","_to_field","show","at","action","select_across","_selected_action","index"})
VALUES = ["\0", "²", "9"*400, "%s%d{x}", "'\"", "-1", "x"*3000, "[]", "2026-13-45", "\u202e\ufeff", "1e999", "NaN", "null"]

@pytest.mark.parametrize("value", VALUES)
def test_x(tmp_path, value):
    site_map.furnish(tmp_path); samples = site_map.samples()
    client = visitor("superuser")
    print(names())
    q = {n: value for n in names()}
    bad=[]
    for address in site_map.addresses():
        if address.name in ("admin:logout",): continue
        path = address.path(samples).split("?")[0]
        for method in ("get","post"):
            variants = [q] + ([{n: value} for n in names()] if method=="get" and value in ("\0","²") else [])
            for v in variants:
                with transaction.atomic():
                    try:
                        a = getattr(client, method)(path, v)
                        body = b"" if a.streaming else a.content
                        let_go(a)
                        if a.status_code >= 500 and a.status_code!=503 or b"Traceback" in body or str(settings.BASE_DIR).encode() in body or b"site-packages" in body:
                            exc = getattr(a, "exc_info", None)
                            bad.append((method, path, a.status_code, list(v)[:1] if len(v)==1 else "", repr(exc[1])[:150] if exc else ""))
                    finally:
                        transaction.set_rollback(True)
    for b in bad: print("BAD", value[:10].encode(), b)
