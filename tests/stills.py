"""The still form of a plot as the moving form shows it: without the title, which stands over the live picture."""

from relmark_helpers.figures.plot import Plot, Result


def still_without_title(plot: Plot[Result], result: Result) -> bytes:
    """Return the PNG of the still form with its title taken away before it is laid out."""
    shown = plot.figure(result)
    shown.figure._suptitle.remove()
    shown.figure._suptitle = None
    return shown.png()
