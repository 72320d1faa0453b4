"""The pictures of the README and the docs, taken of the demo: ``make screenshots`` makes all of them anew."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from backoffice.tests import chromium, serving

IMAGES = serving.ROOT / "docs" / "images"
COLOURS = 128  # flat pages need no more, and the files stay small
DESK, PHONE = {"width": 1366, "height": 850}, {"width": 390, "height": 844}
USER, PASSWORD = "mia", "demo-mia"


def main() -> None:
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.flags())
        for scheme, size, suffix in [("light", DESK, ""), ("dark", DESK, "-dark"), ("light", PHONE, "-phone")]:
            page = sign_in(browser, url, scheme, size)
            for name, path in pages(page, suffix):
                page.goto(f"{url}{path}")
                page.wait_for_load_state("networkidle")
                save(page, f"{name}{suffix}")
        browser.close()


@contextmanager
def demo() -> Iterator[str]:
    """The address of the demo shop, on a database of its own."""
    with tempfile.TemporaryDirectory() as folder, serving.empty_database(Path(folder)) as database:
        port = str(serving.free_port())
        values = {"DEMO": "1", "EMAIL_PROVIDER": "capture", "PORT": port, "UPLOAD_DIR": f"{folder}/uploads"}
        for command in ("migrate", "demo"):  # before anybody works in it
            done = serving.manage(command, "--verbosity", "0", DATABASE_URL=database, **values)
            assert done.returncode == 0, done.stderr
        with serving.serving(database, **values):
            yield f"http://127.0.0.1:{port}"


def sign_in(browser: Browser, url: str, scheme, size) -> Page:
    page = browser.new_context(color_scheme=scheme, viewport=size).new_page()
    page.goto(f"{url}/admin/login/")
    page.locator("#login-form [name=username]").fill(USER)
    page.locator("#login-form [name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/admin/")
    return page


def pages(page: Page, suffix: str) -> Iterator[tuple[str, str]]:
    """(name, path) of what is shown: the first page in every dress, the rest where it shows most."""
    yield "today", "/admin/"
    if suffix == "-phone":
        yield "orders", "/admin/orders/order/"
    elif not suffix:
        yield "items", "/admin/inventory/item/"
        yield "order", first(page, "/admin/orders/order/?status__exact=confirmed")
        yield "item", first(page, "/admin/inventory/stocklevel/?low=1")
        yield "activity", "/admin/history/changeset/"
        yield "import", check_of_a_file(page)


def first(page: Page, path: str) -> str:
    """The address of the first record of a list."""
    page.goto(f"{origin(page)}{path}")
    return page.locator("#result_list tbody th a").first.get_attribute("href") or path


def check_of_a_file(page: Page) -> str:
    """Uploads the messy count of the samples, and stops where it is checked."""
    page.goto(f"{origin(page)}/admin/imports/importrun/add/")
    page.locator("[type=file]").set_input_files(serving.ROOT / "fixtures" / "samples" / "stock-count.xlsx")
    page.locator("[data-import-upload] [type=submit]").click()
    page.wait_for_url(re.compile(r"/importrun/\d+/"))
    if "/match/" in page.url:
        page.get_by_role("button", name="Check").click()
        page.wait_for_url("**/check/")
    return page.url.removeprefix(origin(page))


def origin(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


def save(page: Page, name: str) -> None:
    image = Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    target = IMAGES / f"{name}.png"
    image.save(target, optimize=True)
    print(f"{target.relative_to(serving.ROOT)} ({target.stat().st_size // 1024} kB)")


if __name__ == "__main__":
    main()
