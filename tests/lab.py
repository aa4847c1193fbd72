"""A JupyterLab server and a headless Chromium that opens its notebooks, to act as a reader does.

Settings and progress of the person who runs it are neither read nor changed. A request to any other machine is stopped
and noted in ``outside``; errors that the page reports are noted in ``errors``.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType

from playwright.sync_api import ConsoleMessage, Page, Route, sync_playwright

_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
FLAGS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    FLAGS.append("--no-sandbox")  # Chromium refuses to start for the system's administrator otherwise
_HERE = re.compile(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]")
_KERNEL_IS_IDLE = """() => {
    const kernel = jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
    const prompts = [...document.querySelectorAll('.jp-InputPrompt')];
    return kernel?.status === 'idle' && !prompts.some(prompt => prompt.textContent.includes('[*]'));
}"""
_FIND_CELL = "id => jupyterapp.shell.currentWidget.content.widgets.findIndex(cell => cell.model.id === id)"


class Lab:
    """Use as a context manager; ``folder`` is served, and is best a copy, since running a lesson can save it."""

    def __init__(self, folder: Path, width: int = 1280, height: int = 1000) -> None:
        self.folder = folder
        self.size = {"width": width, "height": height}
        self.outside: list[str] = []
        self.errors: list[str] = []

    def __enter__(self) -> Lab:
        self._own = Path(tempfile.mkdtemp())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        token = secrets.token_hex(16)
        self._address = f"http://127.0.0.1:{port}/lab/tree/{{}}?token={token}&reset"
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "RELMARK_PROGRESS": "progress.jsonl",
        }
        options = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
        options += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={self.folder}"]
        options += ["--LabApp.news_url=None", "--LabApp.expose_app_in_browser=True"]
        self._log = (self._own / "server.log").open("w")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=os.environ | {name: str(self._own / folder) for name, folder in own.items()},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait_for_server(f"http://127.0.0.1:{port}/api/status?token={token}")
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        self._context = self._browser.new_context(viewport=self.size)
        self._context.route("**/*", self._let_through_if_local)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._browser.close()
        self._playwright.stop()
        self._server.terminate()
        self._server.wait(20)
        self._log.close()
        shutil.rmtree(self._own, ignore_errors=True)

    def open(self, notebook: str) -> Page:
        """Open a notebook and wait until its kernel can be used."""
        page = self._context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self._address.format(notebook))
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(_KERNEL_IS_IDLE, timeout=60_000)
        return page

    def run_all(self, page: Page) -> None:
        """Run all cells and wait until the last has finished."""
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.wait(page)

    def wait(self, page: Page) -> None:
        """Wait until the kernel has nothing left to do."""
        page.wait_for_timeout(300)
        page.wait_for_function(_KERNEL_IS_IDLE, timeout=60_000)
        page.wait_for_timeout(200)

    def cell(self, page: Page, cell_id: str) -> str:
        """Scroll to a cell and return a selector for it."""
        at = page.evaluate(_FIND_CELL, cell_id)
        page.evaluate("at => { jupyterapp.shell.currentWidget.content.activeCellIndex = at; }", at)
        page.evaluate(
            "at => { const book = jupyterapp.shell.currentWidget.content; return book.scrollToItem(at, 'start'); }", at
        )
        page.wait_for_timeout(300)
        return f".jp-Cell[data-windowed-list-index='{at}']"

    def rewrite_and_run(self, page: Page, cell_id: str, code: str) -> str:
        """Type new code into a cell as a reader does, run it, and return the text of its output."""
        cell = self.cell(page, cell_id)
        page.click(f"{cell} .cm-content")
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.insert_text(code)
        page.keyboard.press("Control+Enter")
        self.wait(page)
        return page.inner_text(f"{cell} .jp-OutputArea")

    def _wait_for_server(self, status: str) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self._server.poll() is None:
            try:
                urllib.request.urlopen(status, timeout=2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{(self._own / 'server.log').read_text()[-2000:]}")

    def _let_through_if_local(self, route: Route) -> None:
        address = route.request.url
        if _HERE.match(address) or not address.startswith(("http", "ws")):
            route.continue_()
        else:
            self.outside.append(address)
            route.abort()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)
