"""A relationship plan as one page that needs nothing else: HTML, and a PDF where a browser is installed."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import jinja2
import pandas as pd
from markupsafe import Markup

from relmark_helpers.calculations.plan_form import LINKS, text_width
from relmark_helpers.calculations.plan_words import say_money
from relmark_helpers.calculations.relationship_plan import RelationshipPlan
from relmark_helpers.editions.browser import find_browser, print_pdf
from relmark_helpers.figures.relationship_plan import small_spidergram_figure
from relmark_helpers.validation import InputError, choice

__all__ = ["PAPERS", "PlanFiles", "ShownPlan", "plan_html", "show_plan", "write_plan"]

PAPERS: Final = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
"""Width and height in millimetres."""
_MARGIN: Final = 8.0
SMALLEST: Final = 7.2
"""No page is printed in smaller letters, in points; small print on it has 97 per cent of them."""
_INSIDE: Final = ("internal", "recruitment")
_FRAME: Final = Markup(
    '<iframe class="relmark-plan" title="{title}" srcdoc="{page}" '
    'style="width:100%;box-sizing:border-box;max-width:820px;aspect-ratio:{shape};'
    'border:1px solid #5d6b78;background:white"></iframe>'
)
_CHINESE: Final = re.compile(r"[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]")


@dataclass(frozen=True)
class PlanFiles:
    """The files of a plan; made by :func:`write_plan`.

    Attributes
    ----------
    html : pathlib.Path
        The page.
    pdf : pathlib.Path or None
        The same page on paper; None where no browser could print it.
    note : str
        What to do instead where there is no PDF, or "".
    """

    html: Path
    pdf: Path | None
    note: str

    def __repr__(self) -> str:
        written = f"{self.html.name} and {self.pdf.name}" if self.pdf else self.html.name
        return f"Wrote {written} into {self.html.parent}." + (f" {self.note}" if self.note else "")


def plan_html(plan: RelationshipPlan, *, paper: str = "A4") -> str:
    """Return a plan as one page of HTML, with picture and letters inside, that asks no other machine for anything.

    Parameters
    ----------
    plan : RelationshipPlan
        From ``make_plan``.
    paper : str
        "A4" or "Letter": the page is made to fit one sheet.

    Returns
    -------
    str
        The page; all entries are escaped.

    Raises
    ------
    InputError
        If the paper is unknown.

    Examples
    --------
    >>> from relmark_helpers import example_entries
    >>> from relmark_helpers.calculations import make_plan
    >>> page = plan_html(make_plan(example_entries()))
    >>> "Relationship plan: Corner Bakery" in page, "http" in page
    (True, False)
    """
    width, height = PAPERS[choice(paper, "paper", PAPERS)]
    picture = None
    if plan.markets is not None:
        drawn = small_spidergram_figure(plan.markets)
        picture = {"alt": drawn.alt, "png": base64.b64encode(drawn.png()).decode()}
    filled = _template().render(
        plan=plan,
        chain=zip([link.short for link in LINKS], plan.chain()["says"], strict=True),
        inside=_count(plan, inside=True),
        outside=_count(plan, inside=False),
        picture=picture,
        segments=[_segment(str(name), row) for name, row in plan.segments.iterrows()],
        money=_money(plan),
        referral=_referral(plan),
        place=_place(plan),
        actions=[_action(str(market), row) for market, row in plan.actions.iterrows()],
        spending=_spending(plan),
        service=[] if plan.service is None else [_item(str(name), row) for name, row in plan.service.iterrows()],
        control=[] if plan.control is None else [_watched(str(name), row) for name, row in plan.control.iterrows()],
        basis=_BASIS,
        font="",
        width=width,
        height=height,
        margin=_MARGIN,
        smallest=SMALLEST,
    )
    return filled.replace("<style>\n", f"<style>\n{_font(''.join(sorted(set(_CHINESE.findall(filled)))))}", 1)


@dataclass(frozen=True)
class ShownPlan:
    """A plan's page to look at inside a notebook; made by :func:`show_plan`."""

    page: str
    words: str
    shape: float

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        frame = _FRAME.format(
            page=self.page, shape=f"{self.shape:.3f}", title=f"Relationship plan on one page. {self.words}"
        )
        return {"text/html": frame, "text/plain": self.words}


def show_plan(plan: RelationshipPlan, *, paper: str = "A4") -> ShownPlan:
    """Return a plan's page to look at in a notebook, in a frame of its own.

    Use it before :func:`write_plan`; nothing is written.

    Parameters
    ----------
    plan : RelationshipPlan
        From ``make_plan``.
    paper : str
        "A4" or "Letter".

    Returns
    -------
    ShownPlan
        Shows the page; where no page can be shown, what it says on the five links.

    Raises
    ------
    InputError
        If the paper is unknown.

    Examples
    --------
    >>> from relmark_helpers import example_entries
    >>> from relmark_helpers.calculations import make_plan
    >>> show_plan(make_plan(example_entries())).words[:42]
    'Corner Bakery. value proposition: Warm bre'
    """
    said = " ".join(f"{link}: {words}" for link, words in plan.chain()["says"].items())
    page = plan_html(plan, paper=paper)
    width, height = PAPERS[paper]
    return ShownPlan(page, f"{plan.firm}. {said}", width / height)


def write_plan(plan: RelationshipPlan, folder: str | Path, *, paper: str = "A4") -> PlanFiles:
    """Write a plan into a folder as HTML, and as PDF of one page if a browser is installed.

    Use it for a plan to take to a meeting. Without Chromium, Chrome or Edge only the HTML is written, and the result
    says how to print it.

    Parameters
    ----------
    plan : RelationshipPlan
        From ``make_plan``.
    folder : str or pathlib.Path
        Where to write ``relationship_plan.html`` and ``relationship_plan.pdf``; made if it is not there. Files of these
        names are written over.
    paper : str
        "A4" or "Letter".

    Returns
    -------
    PlanFiles

    Raises
    ------
    InputError
        If the paper is unknown, or the page does not fit one sheet.

    Examples
    --------
    >>> import tempfile
    >>> from relmark_helpers import example_entries
    >>> from relmark_helpers.calculations import make_plan
    >>> write_plan(make_plan(example_entries()), tempfile.mkdtemp()).html.name
    'relationship_plan.html'
    """
    text = plan_html(plan, paper=paper)
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    page, pdf = home / "relationship_plan.html", home / "relationship_plan.pdf"
    page.write_text(text, "utf-8")
    pdf.unlink(missing_ok=True)
    by_hand = "open the HTML file in any browser and print it on one page, without headers and footers."
    try:
        find_browser()
    except InputError:
        return PlanFiles(page, None, f"No PDF, as no Chromium, Chrome or Edge was found: {by_hand}")
    try:
        print_pdf(page, pdf)
    except InputError as problem:
        return PlanFiles(page, None, f"No PDF, as the browser did not print ({problem}): {by_hand}")
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf.read_bytes()))
    if pages > 1:
        pdf.unlink()
        raise InputError(
            "plan",
            found=f"{pages} pages",
            expected="one",
            mend=f"shorten the longest entries ({'; '.join(_longest(plan))}), or leave out an action",
        )
    return PlanFiles(page, pdf, "")


def _longest(plan: RelationshipPlan, count: int = 5) -> list[str]:
    """Return the names of the widest texts, named as in ``plan_problems``."""
    widths = {f"value_proposition, {name}": text_width(text or "") for name, text in plan.proposition.items()}
    lists = {"actions": plan.actions, "service": plan.service, "control": plan.control}
    for part, table in lists.items():
        for name, row in () if table is None else table.iterrows():
            fields = [key for key in ("action", "measure", "owner", "then") if key in row]
            widths |= {f"{part}, {name}, {key}": text_width(str(row[key])) for key in fields}
            if part != "actions":
                widths[f"{part}, {name}"] = text_width(str(name))
    return sorted(widths, key=lambda name: -widths[name])[:count]


def _segment(name: str, row: pd.Series[Any]) -> dict[str, str]:
    assumed = str(row["assumed"]).split(", ")

    def star(*entries: str) -> str:
        return "*" * any(entry in assumed for entry in entries)

    measured = pd.notna(row["retention_low"])
    return {
        "name": name,
        "customers": f"{row['customers']:,.0f}{star('customers')}",
        "margin": f"{row['margin']:,.0f}{star('margin')}",
        "kept": f"{row['retention']:.0%}{star('retention')}",
        "kept_limits": f"{row['retention_low']:.0%} to {row['retention_high']:.0%}" if measured else "",
        "lifetime": f"{row['lifetime']:.1f}{star('retention')}",
        "value": f"{say_money(row['value'])}{star('margin', 'retention')}",
        "value_limits": f"{say_money(row['value_low'])} to {say_money(row['value_high'])}" if measured else "",
        "gain": "not possible"
        if pd.isna(row["total_gain"])
        else f"+{say_money(row['total_gain'])}{star('customers', 'margin', 'retention')}",
    }


def _action(market: str, row: pd.Series[Any]) -> dict[str, str]:
    asked = pd.notna(row["spend"])
    return {
        "market": market,
        "gap": "not known" if pd.isna(row["gap"]) else f"{row['gap']:+.1f}",
        "gap_limits": "" if pd.isna(row["low"]) else f"({row['low']:+.1f} to {row['high']:+.1f})",
        "action": str(row["action"]),
        "owner": str(row["owner"]),
        "by": row["by"].isoformat(),
        "measure": str(row["measure"]),
        "spend": f"{row['spend']:,.0f}" if asked else "not set",
        "spend_limits": "" if pd.isna(row["spend_low"]) else f"{row['spend_low']:,.0f} to {row['spend_high']:,.0f}",
    }


def _item(name: str, row: pd.Series[Any]) -> dict[str, str]:
    sure = pd.notna(row["low"])
    return {
        "item": name,
        "adequacy": f"{row['adequacy']:+.1f}",
        "limits": f"{row['low']:+.1f} to {row['high']:+.1f}" if sure else "no limits",
        "place": str(row["place"]),
        "below": f"{row['below']:.0%}*" if pd.notna(row["below"]) else "not known",
    }


def _watched(name: str, row: pd.Series[Any]) -> dict[str, str]:
    now = "not yet" if pd.isna(row["now"]) else f"{row['now']:,.12g}"
    return {
        "watch": name,
        "now": now,
        **{key: str(row[key]) for key in ("threshold", "checked", "owner", "then", "status")},
    }


def _count(plan: RelationshipPlan, *, inside: bool) -> str:
    names = [str(market) for market in plan.actions.index if (market in _INSIDE) == inside]
    return f": action on {', '.join(names)}" if names else ": no action in this plan"


def _money(plan: RelationshipPlan) -> str:
    total, low, high = plan.value
    star = "*" * any(plan.segments["assumed"])
    limits = f" ({say_money(low)} to {say_money(high)} if all counted rates lie at their limits)" if high > low else ""
    return (
        f"All customers: {say_money(total)}{star}{limits}. What winning them costs is not taken off. Last column: what "
        "this adds over all of the segment."
    )


def _referral(plan: RelationshipPlan) -> str:
    if plan.referral is None:
        return ""
    reward = plan.reward
    most, years = max(reward["against_other_ways"], 0), len(plan.referral.by_year)
    back = (
        "not paid back in the years counted"
        if pd.isna(reward["paid_back"])
        else f"paid back by year {reward['paid_back']:.0f}"
    )
    return (
        f"brings a customer worth {plan.referral.advantage:+.0%} against others in {years} years*. Above a reward of "
        f"{most:,.0f}*, other ways to win a customer are cheaper; this plan has {reward['reward']:,.0f}, {back}*."
    )


def _place(plan: RelationshipPlan) -> dict[str, str] | None:
    if plan.position is None:
        return None
    at, low, high = plan.position.position, plan.position.low, plan.position.high
    verdict = "could be either" if plan.position.verdict == "both" else plan.position.verdict
    return {
        "words": f"{at:.2f}, {low:.2f} to {high:.2f} if the weights change: {verdict}*.",
        "at": f"{100 * at:.1f}",
        "low": f"{100 * low:.1f}",
        "width": f"{100 * (high - low):.1f}",
    }


def _spending(plan: RelationshipPlan) -> str:
    if plan.budget is None:
        return "No money divided: this needs a jury, a budget, and what it costs to close half of a gap."
    kept = plan.budget.rules.loc["equal", "of_best"]
    return (
        f"Gap: desired less present emphasis, scored 2 to 10. Money: {plan.budget.budget:,.0f} divided best*, as costs "
        f"and {plan.budget.response} response are assumed; equal parts would do {kept:.0%} as well*."
    )


_BASIS: Final = (
    "* Assumed, or worked out from something assumed; m: million. Small under a number: 95% limits (kept and worth: "
    "customers counted; gap and money: juries redrawn from the same jurors; above the minimum: the mean). Persons "
    "below: share expected below their own minimum. Links 1 to 5: relationship management chain of 1993. Made with the "
    "Relationship Marketing Workbook; entries and judgements are the firm's."
)


def _font(characters: str) -> str:
    """Return a style rule with the letters needed of the workbook's font for Chinese, or "" where there are none."""
    if not characters:
        return ""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    home = files("relmark_helpers.figures") / "fonts" / "RelmarkSansSC-Regular.ttf"
    font = TTFont(io.BytesIO(home.read_bytes()), lazy=True)
    options = subset.Options(hinting=False, name_IDs=["*"], flavor="woff")
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff"
    file = io.BytesIO()
    font.save(file)
    letters = base64.b64encode(file.getvalue()).decode()
    source = f'url("data:font/woff;base64,{letters}") format("woff")'
    return f'@font-face {{ font-family: "Relmark Sans SC"; src: {source}; }}\n'


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("relmark_helpers.editions", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("plan.html.j2")
