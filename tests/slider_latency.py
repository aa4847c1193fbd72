"""How long a reader waits from the key press on a slider to the decoded picture, in the real JupyterLab.

Run ``python -m tests.slider_latency`` from the top folder. It prints the median and the 90th percentile of 40 presses
on the retention slider of lesson 01, on the server as it comes. A benchmark, not a test: the numbers belong to the
machine.
"""

import shutil
import statistics
import tempfile
from pathlib import Path

from tests.lab import Lab

PRESSES = 40
WARM_UP = 3

_WATCH = """panel => {
    const image = panel.querySelector('img');
    window.addEventListener('keydown', () => { window.pressed ||= performance.now(); }, true);
    new MutationObserver(async () => {
        await image.decode().catch(() => null);
        window.shown?.(performance.now() - window.pressed);
    }).observe(image, { attributes: true, attributeFilter: ['src'] });
}"""
_ARM = "() => { window.pressed = 0; window.next = new Promise(resolve => { window.shown = resolve; }); }"
_WAIT = "() => Promise.race([window.next, new Promise((_, stop) => setTimeout(() => stop('no picture'), 5000))])"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(Path(__file__).parents[1] / "notebooks", Path(folder) / "notebooks")
        with Lab(Path(folder) / "notebooks") as lab:
            page = lab.open("01_levitt_definition.ipynb")
            lab.run_all(page)
            panel = page.locator(lab.cell(page, "bucket-explorer") + " .relmark-explorer")
            slider = panel.get_by_role("slider", name="Retention rate a year", exact=True)
            slider.focus()
            panel.evaluate(_WATCH)
            waits = []
            for press in range(WARM_UP + PRESSES):
                page.evaluate(_ARM)
                page.keyboard.press("ArrowRight" if press // 10 % 2 else "ArrowLeft")
                waits.append(page.evaluate(_WAIT))
                page.wait_for_timeout(150)
    waits = sorted(waits[WARM_UP:])
    print(f"key press to decoded picture, {PRESSES} presses: median {statistics.median(waits):.1f} ms,", end=" ")
    print(f"90th percentile {waits[int(0.9 * len(waits))]:.1f} ms")


if __name__ == "__main__":
    main()
