"""Does this browser show a page to a test? Status 0 when it does: `try_browser.py PATH`."""

import sys

from playwright.sync_api import Error, sync_playwright

with sync_playwright() as playwright:
    try:
        browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"], timeout=30_000)
        page = browser.new_page()
        page.set_content("<p>پیوند</p>")
        shown = page.inner_text("p", timeout=10_000)
        browser.close()
    except Error as error:
        sys.exit(f"{sys.argv[1]} does not run: {error.message.splitlines()[0]}")
sys.exit(shown != "پیوند")
