"""The thirty relationships and a company's network: counts of the groups, networkx as a second opinion, refusals."""

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.checklist import score_checklist
from relmark_helpers.calculations.relationship_network import read_network, relationship_checklist, score_groups
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

GROUPS = load_dataset("relationship_groups")
BAKERY = load_dataset("bakery_ties")
BLANK = relationship_checklist(GROUPS)


def test_thirty_relationships_in_four_groups():
    assert len(BLANK) == 30 and BLANK["number"].tolist() == list(range(1, 31))
    assert GROUPS["relationships"].tolist() == (GROUPS["last"] - GROUPS["first"] + 1).tolist() == [3, 14, 6, 7]
    assert (BLANK["side"] == "market").sum() == 17


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["yes", "no", "unknown"]), st.integers(0, 3)), min_size=30, max_size=30))
def test_groups_add_up_to_the_whole(entries):
    answers, weights = zip(*entries, strict=True)
    filled = BLANK.assign(answer=answers, weight=weights)
    if sum(weights) == 0:
        return
    table = score_groups(filled)
    parts = table.drop(index="all")
    columns = ["relationships", "weight", "neglected", "cared_for", "unknown"]
    np.testing.assert_allclose(parts[columns].sum(), table.loc["all", columns].astype(float))
    assert tuple(table.loc["all", ["low", "high"]]) == pytest.approx(score_checklist(filled).share_range)
    assert (table["low"].dropna() <= table["high"].dropna()).all()


def test_a_group_without_weight_has_no_share():
    table = score_groups(BLANK.assign(weight=[0] * 3 + [1] * 27, answer="no"))
    assert table.loc["classic market", ["low", "high"]].isna().all()
    assert table.loc["all", "neglected"] == 27


@st.composite
def networks(draw):
    """Networks in one piece: each party is tied to one before it, and some to others too."""
    n = draw(st.integers(2, 12))
    pairs = {(draw(st.integers(0, at - 1)), at) for at in range(1, n)}
    places = st.integers(0, n - 1)
    pairs |= {tuple(sorted(pair)) for pair in draw(st.lists(st.tuples(places, places))) if pair[0] != pair[1]}
    strength = [draw(st.integers(1, 10)) for _ in pairs]
    names = [(f"p{a}", f"p{b}") for a, b in sorted(pairs)]
    return pd.DataFrame(names, columns=["one", "other"]).assign(group="classic market", strength=strength)


@given(networks())
def test_against_networkx(ties):
    network = read_network(ties, company="p0")
    graph = networkx.Graph()
    for tie in ties.itertuples():
        graph.add_edge(tie.one, tie.other, strength=tie.strength)
    steps = networkx.single_source_shortest_path_length(graph, "p0")
    tree = networkx.maximum_spanning_tree(graph, weight="strength")
    cut_points = set(networkx.articulation_points(graph)) - {"p0"}
    assert set(network.brokers) == cut_points and set(network.parties.index) == set(graph) - {"p0"}
    for party, row in network.parties.iterrows():
        assert row["steps"] == steps[party] and row["ties"] == graph.degree[party]
        rest = graph.copy()
        rest.remove_node(party)
        assert row["cut_off"] == len(rest) - len(networkx.node_connected_component(rest, "p0"))
        path = networkx.shortest_path(tree, "p0", party)
        assert row["weakest"] == min(tree[a][b]["strength"] for a, b in zip(path[:-1], path[1:], strict=True))


def test_the_bakery():
    network = read_network(BAKERY, company="bakery")
    assert network.brokers == ["wholesaler", "regulars", "mill", "delivery app"]
    assert network.parties.loc["wholesaler", "cut_off"] == 3
    assert network.parties.loc["town council", "weakest"] == 4, "better by the newspaper than straight"
    assert len(network.ties) == len(BAKERY)


@pytest.mark.parametrize(
    ("ties", "company", "message"),
    [
        (BAKERY.drop(columns="group"), "bakery", "a column named 'group'"),
        (BAKERY.assign(strength=0), "bakery", r"`ties\['strength'\]`: found 0"),
        (pd.concat([BAKERY, BAKERY.head(1)]), "bakery", "a tie of 'bakery' and 'regulars' twice"),
        (BAKERY.assign(other="bakery"), "bakery", "a tie of 'bakery' and 'bakery'"),
        (BAKERY.assign(other=" "), "bakery", "a tie of 'bakery' and ' '"),
        (BAKERY, "Bakery", "`company`: found 'Bakery'"),
        (BAKERY.iloc[[0, 5]], "bakery", r"no way from 'bakery' to 'wholesaler' \(2 such parties\)"),
    ],
)
def test_rejects(ties, company, message):
    with pytest.raises(InputError, match=message):
        read_network(ties, company=company)


def test_groups_that_do_not_run_through_are_refused():
    with pytest.raises(InputError, match=r"`groups\['first'\]`: found 4 after 0 relationships"):
        relationship_checklist(GROUPS.iloc[1:])
    with pytest.raises(InputError, match="a column named 'side'"):
        relationship_checklist(GROUPS.drop(columns="side"))
    with pytest.raises(InputError, match="`answer`"):
        score_groups(BLANK.assign(answer="perhaps"))
