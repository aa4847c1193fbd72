"""An installed Chromium, Chrome or Edge: find it, and let it print a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from relmark_helpers.validation import InputError

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    r"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe",
)
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)
SECONDS = 120


def find_browser() -> str:
    """Return the path of an installed Chromium, Chrome or Edge.

    The environment variable ``RELMARK_BROWSER`` names one that lies elsewhere.

    Raises
    ------
    InputError
        If none is found.
    """
    named = os.environ.get("RELMARK_BROWSER")
    places = [shutil.which(name) for name in ([named] if named else _COMMANDS)]
    places += [] if named else [path for path in map(os.path.expandvars, _PLACES) if Path(path).is_file()]
    for place in places:
        if place:
            return place
    raise InputError(
        "browser",
        found=f"no program {named!r}" if named else "none",
        expected="an installed Chromium, Chrome or Edge",
        mend="install one, or name its program in the environment variable RELMARK_BROWSER",
    )


def print_pdf(page: Path, pdf: Path) -> None:
    """Print an HTML file to a PDF file; paper, margins and page numbers are as its style sheet says.

    Raises
    ------
    InputError
        If there is no browser, or if it does not print.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *_FLAGS, *_no_sandbox(), f"--user-data-dir={profile}", f"--print-to-pdf={pdf.resolve()}"]
        try:
            done = subprocess.run([*command, page.resolve().as_uri()], capture_output=True, text=True, timeout=SECONDS)
            told = done.stderr.strip().splitlines()[-1:] or ["no word about it"]
        except subprocess.TimeoutExpired:
            told = [f"nothing for {SECONDS} seconds"]
    if not pdf.is_file():
        raise InputError(
            "browser",
            found=f"{browser} printed nothing ({told[0]})",
            expected="a PDF file",
            mend=f"open {page} in a browser and print it",
        )


def _no_sandbox() -> list[str]:
    """Chromium refuses to start for the system's administrator unless its sandbox is off."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
