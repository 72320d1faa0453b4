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
            page.on("dialog", lambda dialog: dialog.accept())  # the order that is entered is left unsaved
            for name in pages(page, suffix):
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


def pages(page: Page, suffix: str) -> Iterator[str]:
    """Opens what is shown, one page after the other, and gives its name: in every dress what shows most in it."""
    page.goto(f"{origin(page)}/admin/")
    yield "today"
    yield enter_an_order(page)
    if suffix == "-phone":
        page.goto(f"{origin(page)}/admin/orders/order/")
        yield "orders"
    open_first(page, "/admin/inventory/stocklevel/?low=1")
    yield "item"
    if suffix:
        return
    page.goto(f"{origin(page)}/admin/inventory/item/")
    yield "items"
    yield check_a_file(page)
    run = apply_it(page)
    page.goto(f"{origin(page)}/admin/history/changeset/")
    yield "activity"
    page.goto(run)
    page.get_by_role("link", name="Undo this import").click()
    yield "undo"


def open_first(page: Page, path: str) -> None:
    page.goto(f"{origin(page)}{path}")
    page.locator("#result_list tbody th a").first.click()


def enter_an_order(page: Page) -> str:
    """One line that there is, and one that is short."""
    page.goto(f"{origin(page)}/admin/orders/order/add/")
    for typed in ("2*COF-1013", "40*BRW-1080"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    page.keyboard.press("Alt+c")
    page.keyboard.type("Dev")
    page.locator(".select2-results__option--highlighted", has_text="Dev").wait_for()
    page.keyboard.press("Enter")
    page.locator(".bo-short").wait_for()
    page.locator("#customer-panel a").first.wait_for()
    return "order"


def check_a_file(page: Page) -> str:
    """Uploads the messy count of the samples, and stops where it is checked."""
    page.goto(f"{origin(page)}/admin/imports/importrun/add/")
    page.locator("[type=file]").set_input_files(serving.ROOT / "fixtures" / "samples" / "stock-count.xlsx")
    page.locator("[data-import-upload] [type=submit]").click()
    page.wait_for_url(re.compile(r"/importrun/\d+/"))
    if "/match/" in page.url:
        page.get_by_role("button", name="Check").click()
        page.wait_for_url("**/check/")
    return "import"


def apply_it(page: Page) -> str:
    """Applies the good rows; returns the address of the import."""
    page.get_by_role("button", name="Good rows only").click()
    page.get_by_role("link", name="Undo this import").wait_for()
    return page.url


def origin(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


def save(page: Page, name: str) -> None:
    image = Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    target = IMAGES / f"{name}.png"
    image.save(target, optimize=True)
    print(f"{target.relative_to(serving.ROOT)} ({target.stat().st_size // 1024} kB)")


if __name__ == "__main__":
    main()
