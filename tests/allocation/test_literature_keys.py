"""Keys of the literature: by hand, beside plain loops over coalitions, and what each must obey."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from hand_made_pool import PXQ, pool_case
from regions import HAAGLANDEN

import jeugdsim as js
from jeugdsim.allocation.coalitions import coalition_costs, payments_alone, single_payments
from jeugdsim.allocation.games import coalition_members
from jeugdsim.allocation.keys import key_shares
from jeugdsim.allocation.literature import SHARES
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.scenario.keys import KeyTerms

Array = npt.NDArray[np.float64]
BY_GAME = ("shapley", "nucleolus", "scrb")
BY_RISK = ("covariance", "euler")
TASK = {"form": "task_based", "budget": 100.0, "use_registered": True}
CORRIDOR = TASK | {
    "loss_bands": [{"above": 0.10, "payer_share": 0.5}],
    "gain_bands": [{"below": 0.10, "payer_share": 0.5}],
}
LOSSES_ONLY = TASK | {
    "loss_bands": [{"above": 0.0, "payer_share": 0.3}, {"above": 0.1, "payer_share": 0.9}]
}


def shares(case: PoolCase, kind: str, **terms: object) -> Array:
    """Return the shares of a kind of key, which must be the same in every draw: (years, members)."""
    found = SHARES[kind](case, KeyTerms.model_validate({"kind": kind, **terms}))
    assert found.shape == case.use.shape
    assert np.all(found == found[0])
    np.testing.assert_allclose(found[0].sum(axis=1), 1.0, rtol=0, atol=1e-12)
    return np.array(found[0])


def every_key(case: PoolCase) -> dict[str, Array]:
    """Return the shares of every kind; the loading lies on top of the expected shares."""
    plain = {kind: shares(case, kind) for kind in (*BY_GAME, *BY_RISK)}
    return {**plain, "loaded": shares(case, "loaded", base="expected_use")}


def some_use(seed: int, draws: int = 50, years: int = 2, members: int = 4) -> Array:
    """Return uncertain use of unequal members that partly go up and down together."""
    random = np.random.default_rng(seed)
    alone = random.gamma(9.0, 1 / 9.0, (draws, years, members))
    together = random.gamma(100.0, 1 / 100.0, (draws, years, 1))
    return alone * together * np.arange(1.0, members + 1)


# ------------------------------------------------------------------------------------- by hand


def two_towns() -> PoolCase:
    """Return two towns of 0.4 and 0.6 in three draws, with 10 euros paid beside the rule in draw 1.

    Budgets 40 and 60, together 100; half of what lies more than 10% beyond is shared. Use 40, 60, 20
    and 60, 80, 70, together 100, 140, 90. Alone the first would pay 40, 44 + (60 - 44)... half of 16
    more than its budget: 48, and half of 16 less: 32. The second 60, 60 + (80 - 66)/2 = 67 and
    60 + (70 - 66)/2 = 62. Together 100, 100 + (140 - 110)/2 = 115 and, at the edge of 90, 100.
    With the 10 of draw 1 by expected shares: 40, 52, 32; 60, 73, 62; 100, 125, 100.
    """
    return pool_case(
        [[[40, 60]], [[60, 80]], [[20, 70]]],
        payment=[[100], [125], [100]],
        budget=[[100], [100], [100]],
        expected=[0.4, 0.6],
        terms=CORRIDOR,
    )


def test_what_two_towns_would_pay_alone() -> None:
    case = two_towns()
    (alone,) = payments_alone(case, 0)
    np.testing.assert_allclose(alone, [[0, 0, 0], [40, 52, 32], [60, 73, 62], [100, 125, 100]])
    np.testing.assert_allclose(single_payments(case)[:, 0], [[40, 60], [52, 73], [32, 62]])


def test_keys_of_two_towns_by_hand() -> None:
    """Level 0.5: the two worst of three draws.

    c = (52 + 40)/2 = 46, (73 + 62)/2 = 67.5, (125 + 100)/2 = 112.5: together they save 1, which every
    solution of two members halves. Sums of single payments are 100, 125, 94, so draws 1 and 0 are the
    worst: 46 and (73 + 60)/2 = 66.5. Means 124/3 and 65; deviations of the sum -19/3, 56/3, -37/3, of
    the first -4/3, 32/3, -28/3: 2904/9 of 4866/9. The payment has mean 325/3 and tail 112.5.
    """
    case = two_towns()
    np.testing.assert_allclose(coalition_costs(case, 0.5), [[0, 46, 67.5, 112.5]])
    for kind in BY_GAME:
        np.testing.assert_allclose(shares(case, kind, level=0.5), [[45.5 / 112.5, 67 / 112.5]])
    np.testing.assert_allclose(shares(case, "euler", level=0.5), [[46 / 112.5, 66.5 / 112.5]])
    first = 124 / 3 + 2904 / 4866 * (112.5 - 319 / 3)
    np.testing.assert_allclose(
        shares(case, "covariance", level=0.5), [[first / 112.5, 1 - first / 112.5]]
    )
    loading = (46 - 124 / 3) / (112.5 - 319 / 3)
    first = 325 / 3 * 0.4 + (112.5 - 325 / 3) * loading
    np.testing.assert_allclose(
        shares(case, "loaded", base="expected_use", level=0.5), [[first / 112.5, 1 - first / 112.5]]
    )


def test_every_game_has_its_own_solution() -> None:
    costs = coalition_costs(pool_case(some_use(0)), 0.5)
    solutions = {"shapley": js.shapley, "nucleolus": js.nucleolus, "scrb": js.scrb}
    for kind, solution in solutions.items():
        for year, found in enumerate(shares(pool_case(some_use(0)), kind, level=0.5)):
            np.testing.assert_allclose(found, solution(costs[year]) / costs[year, -1], rtol=1e-9)
    assert not np.allclose(js.shapley(costs[0]), js.scrb(costs[0]), rtol=1e-4)
    assert not np.allclose(js.shapley(costs[0]), js.nucleolus(costs[0]), rtol=1e-4)


def test_a_few_draws_have_a_worst_one() -> None:
    np.testing.assert_allclose(coalition_costs(two_towns()), [[0, 52, 73, 125]])


def test_minimum_savings_by_hand() -> None:
    # budget 50 each; savings count from 10% on, half goes to the provider. The first uses 40 and saves
    # 20%: 40 + 5; the second 52: its cost; together 92 of 100 is no 10%: 92.
    terms = TASK | {"minimum_savings": {"minimum_rate": 0.1, "sharing_rate": 0.5}}
    case = pool_case([[[40, 52]]], payment=[[92]], budget=[[100]], terms=terms)
    np.testing.assert_allclose(coalition_costs(case), [[0, 45, 52, 92]])


def test_under_pxq_alone_is_own_use() -> None:
    use = some_use(1)
    case = pool_case(use, terms=PXQ)
    np.testing.assert_allclose(single_payments(case), use, rtol=1e-12)
    blocks = np.concatenate(list(payments_alone(case, 1)))
    for mask in range(16):
        own = use[:, 1, list(coalition_members(mask))].sum(axis=1)
        np.testing.assert_allclose(blocks[mask], own, rtol=1e-12)


def test_under_a_ceiling_alone_is_what_is_paid_of_own_use() -> None:
    case = pool_case([[[40, 120]], [[30, 10]]], payment=[[80], [40]])
    np.testing.assert_allclose(single_payments(case)[:, 0], [[20, 60], [30, 10]])


def test_the_base_of_a_loaded_key_is_weighted_by_what_is_paid() -> None:
    # no risk apart from a payment of 10 or 30 by own use: shares 1/2 and 1/6 of it, so 10/40 of all;
    # single payments sum to 10 and 30, the loading is 10 at level 0.5, all of it by the second
    case = pool_case([[[5, 5]], [[5, 25]]])
    found = shares(case, "loaded", base="actual_use", level=0.5)
    np.testing.assert_allclose(found, [[20 * 0.25 / 30, (20 * 0.75 + 10) / 30]])


# -------------------------------------------------------------------------------------- oracle


def alone_in_plain_python(use: Sequence[float], part: float, budget: float, beside: float) -> float:
    """Return what a coalition pays under LOSSES_ONLY and a gain of which half is shared beyond 5%."""
    cost, own = sum(use), part * budget
    paid = own
    if cost > own:
        paid += 0.3 * (min(cost, 1.1 * own) - own)
    if cost > 1.1 * own:
        paid += 0.9 * (cost - 1.1 * own)
    if cost < 0.95 * own:
        paid -= 0.5 * (0.95 * own - cost)
    return paid + part * beside


def test_costs_of_coalitions_beside_a_plain_loop() -> None:
    use, expected = some_use(2, draws=37), [0.1, 0.25, 0.25, 0.4]
    random = np.random.default_rng(3)
    budget = random.uniform(8, 12, (37, 2))
    paid = budget + random.uniform(-1, 3, (37, 2))
    terms = LOSSES_ONLY | {"gain_bands": [{"below": 0.05, "payer_share": 0.5}]}
    fixed = {"cost_per_year": 1.0, "alone_per_year": 0.7}
    case = pool_case(
        use, payment=paid, budget=budget, expected=expected, terms=terms, index=1.25, fixed_cost=fixed
    )
    found = coalition_costs(case, 0.8)
    for year in range(2):
        everyone = [
            alone_in_plain_python(use[draw, year].tolist(), 1.0, budget[draw, year], 0.0)
            for draw in range(37)
        ]
        for size in range(1, 5):
            for group in combinations(range(4), size):
                losses = sorted(
                    alone_in_plain_python(
                        [use[draw, year, i] for i in group],
                        sum(expected[i] for i in group),
                        budget[draw, year],
                        paid[draw, year] - everyone[draw],
                    )
                    for draw in range(37)
                )
                worst = losses[-8:]  # a fifth of 37 is 7.4
                mask = sum(1 << i for i in group)
                assert found[year, mask] == pytest.approx(sum(worst) / 8 + 0.7 * 1.25, rel=1e-12)
    assert np.all(found[:, 0] == 0)


@pytest.mark.parametrize("draws", [7, 50_000, 140_000])
def test_blocks_hold_every_coalition_once(draws: int) -> None:
    """Few draws make one block of all coalitions, many a block for each."""
    use = np.random.default_rng(4).uniform(1, 9, (draws, 1, 4))
    blocks = list(payments_alone(pool_case(use), 0))
    assert len(blocks) == {7: 1, 50_000: 8, 140_000: 16}[draws]
    rows = (row for block in blocks for row in block)
    for mask, row in enumerate(rows):
        own = use[:, 0, list(coalition_members(mask))].sum(axis=1)
        np.testing.assert_allclose(row, own, rtol=1e-12)
    assert mask == 15


# -------------------------------------------------------------------------- what all must obey


@pytest.mark.parametrize("budgeted", [True, False])
def test_where_nothing_is_gained_together_every_key_gives_the_same(budgeted: bool) -> None:
    """A lump sum goes by expected shares; certain use of any contract by own use."""
    if budgeted:
        paid = np.random.default_rng(5).uniform(50, 150, (30, 2))
        expected = [0.1, 0.2, 0.3, 0.4]
        case = pool_case(some_use(6, 30), payment=paid, budget=paid, expected=expected, terms=TASK)
    else:
        case = pool_case(np.tile([1.0, 2, 3, 4], (30, 2, 1)), expected=[0.1, 0.2, 0.3, 0.4])
    for kind, found in every_key(case).items():
        np.testing.assert_allclose(found, [[0.1, 0.2, 0.3, 0.4]] * 2, rtol=1e-9, err_msg=kind)


def test_use_that_rises_and_falls_as_one_is_shared_by_own_use() -> None:
    whole = np.random.default_rng(7).uniform(1, 3, (40, 2, 1))
    case = pool_case(whole * [1.0, 2, 3, 4], expected=[0.25] * 4)
    for kind in (*BY_GAME, *BY_RISK):
        np.testing.assert_allclose(
            shares(case, kind), [[0.1, 0.2, 0.3, 0.4]] * 2, rtol=1e-9, err_msg=kind
        )


@pytest.mark.parametrize("terms", [PXQ, CORRIDOR, LOSSES_ONLY])
def test_members_alike_pay_alike(terms: dict[str, object]) -> None:
    use = some_use(8, members=3)
    use = np.concatenate([use, use[:, :, 1:2]], axis=2)  # the last is a twin of the second
    budget = None if terms is PXQ else np.full(use.shape[:2], 7.0)
    paid = None if terms is PXQ else use.sum(axis=2) * 0.5 + 3.5
    case = pool_case(use, payment=paid, budget=budget, expected=[0.1, 0.25, 0.4, 0.25], terms=terms)
    for kind, found in every_key(case).items():
        np.testing.assert_allclose(found[:, 1], found[:, 3], rtol=1e-7, err_msg=kind)


@pytest.mark.parametrize("kind", [*BY_GAME, *BY_RISK])
def test_the_order_of_members_means_nothing(kind: str) -> None:
    use, budget = some_use(9), np.full((50, 2), 10.0)
    expected = np.array([0.1, 0.2, 0.3, 0.4])
    paid = use.sum(axis=2) / 2 + 5
    plain = pool_case(use, payment=paid, budget=budget, expected=expected, terms=CORRIDOR)
    turned = pool_case(
        use[:, :, ::-1], payment=paid, budget=budget, expected=expected[::-1], terms=CORRIDOR
    )
    np.testing.assert_allclose(shares(plain, kind), shares(turned, kind)[:, ::-1], rtol=1e-7)


@pytest.mark.parametrize("kind", BY_GAME)
def test_a_cost_that_anybody_would_have_alone_is_shared_equally(kind: str) -> None:
    """A runway of one length: three that need all of it pay a third each."""
    nothing = np.zeros((5, 2, 3))
    case = pool_case(nothing, expected=[0.7, 0.2, 0.1], index=1.1, fixed_cost={"alone_per_year": 90.0})
    np.testing.assert_allclose(coalition_costs(case)[:, 1:], 99.0)
    np.testing.assert_allclose(shares(case, kind), 1 / 3)


def test_the_fixed_cost_of_going_alone_draws_small_members_in() -> None:
    use = some_use(10)
    without = shares(pool_case(use), "shapley")
    with_cost = shares(pool_case(use, fixed_cost={"alone_per_year": 5.0}), "shapley")
    assert np.all(with_cost[:, 0] > without[:, 0])
    assert np.all(with_cost[:, 3] < without[:, 3])


@pytest.mark.parametrize("seed", range(3))
def test_nobody_would_rather_go_alone_under_pxq(seed: int) -> None:
    """Euler and the nucleolus lie in the core of the tail mean, with a fixed cost too."""
    case = pool_case(some_use(seed), fixed_cost={"alone_per_year": 0.5})
    costs = coalition_costs(case)
    for kind in ("euler", "nucleolus"):
        for year, found in enumerate(shares(case, kind)):
            assert js.core_violations(costs[year], found * costs[year, -1], 1e-8) == {}


@pytest.mark.parametrize("seed", range(3))
def test_where_only_losses_are_shared_the_nucleolus_undercuts_nobody(seed: int) -> None:
    """Losses borne at a rising share are convex in use and budget: going together never costs more."""
    use, budget = some_use(seed), np.full((50, 2), 10.0)
    expected = np.array([0.1, 0.2, 0.3, 0.4])
    paid = budget + np.random.default_rng(seed).uniform(0, 3, budget.shape)
    case = pool_case(use, payment=paid, budget=budget, expected=expected, terms=LOSSES_ONLY)
    costs = coalition_costs(case)
    for year, found in enumerate(shares(case, "nucleolus")):
        assert js.core_violations(costs[year], found * costs[year, -1], 1e-8) == {}


def test_a_year_without_payment_goes_by_expected_shares() -> None:
    use = some_use(11)
    use[:, 1] = 0.0
    case = pool_case(use, expected=[0.4, 0.3, 0.2, 0.1])
    for kind, found in every_key(case).items():
        np.testing.assert_allclose(found[1], [0.4, 0.3, 0.2, 0.1], err_msg=kind)
        assert not np.allclose(found[0], found[1]), kind


@pytest.mark.parametrize("kind", [*BY_GAME, *BY_RISK])
def test_a_member_alone_pays_all_of_it(kind: str) -> None:
    case = pool_case(some_use(12, members=1) * [[[1.0], [0.0]]], expected=[1.0])
    np.testing.assert_array_equal(shares(case, kind), 1.0)


def test_too_many_members_are_refused_in_words() -> None:
    case = pool_case(some_use(13, draws=3, members=17))
    for kind in BY_GAME:
        with pytest.raises(NotComputableError, match=r"17 members .* at most 16"):
            shares(case, kind)
    for kind in BY_RISK:
        assert shares(case, kind).shape == (2, 17)


def test_a_loading_of_nothing_leaves_the_base() -> None:
    whole = np.full((20, 2), 50.0)
    case = pool_case(some_use(14, 20), payment=whole, budget=whole, terms=TASK)
    np.testing.assert_allclose(shares(case, "loaded", base="expected_use"), 0.25)


def test_a_key_may_be_defined_on_top_of_another() -> None:
    defined = {
        "risk": {"kind": "loaded", "base": "early", "level": 0.5},
        "early": {"kind": "shapley", "level": 0.5},
    }
    case = pool_case(some_use(15), defined=defined)
    found = key_shares(case, "risk")[0]
    np.testing.assert_allclose(found, shares(case, "loaded", base="early", level=0.5))
    assert not np.allclose(found, key_shares(case, "early")[0], atol=1e-4)
    assert not np.allclose(key_shares(case, "early")[0], key_shares(case, "shapley")[0], atol=1e-6)


# ------------------------------------------------------------------------------ on a scenario


@pytest.fixture(scope="module")
def haaglanden() -> js.Scenario:
    return js.load_scenario(HAAGLANDEN)


@pytest.fixture(scope="module")
def accounts(haaglanden: js.Scenario) -> xr.Dataset:
    volumes = js.simulate(haaglanden, draws=6, seed=1, progress=False)
    return js.settle(volumes, haaglanden)


def test_all_together_pay_what_is_paid(haaglanden: js.Scenario, accounts: xr.Dataset) -> None:
    for contract in ("verblijf", "veelvoorkomend"):
        costs = js.coalition_costs(accounts, haaglanden, contract, level=0.0)
        paid = accounts.payment.sel(contract=contract).mean("draw")
        np.testing.assert_allclose(costs[:, -1], paid, rtol=1e-12)
        assert costs.members.values[-1] == " + ".join(costs.attrs["municipalities"])
        assert costs.members.values[2] == costs.attrs["municipalities"][1]
    assert "Den Haag" not in costs.attrs["municipalities"]  # segment 5 has eight members


def test_the_fixed_cost_alone_is_split_over_pools(
    haaglanden: js.Scenario, accounts: xr.Dataset
) -> None:
    """1 million of its own, by expected cost: over the pools of all contracts it adds up again."""
    allocation = {
        "used": "expected_use",
        "keys": ["expected_use"],
        "fixed_cost": {"cost_per_year": 1e6, "alone_per_year": 1e6},
    }
    other = haaglanden.with_changes({"allocation": allocation})
    total = np.zeros(6)
    for contract in haaglanden.contract_names:
        more = js.coalition_costs(accounts, other, contract)
        extra = more - js.coalition_costs(accounts, haaglanden, contract)
        assert np.all(extra[:, 0] == 0)
        spread = extra[:, 1:].max("coalition") - extra[:, 1:].min("coalition")
        assert spread.max() < 0.01  # euros
        total += extra[:, 1].to_numpy()
    np.testing.assert_allclose(total, 1e6 * accounts.index_provisional.mean("draw"), rtol=1e-6)


def test_bills_of_a_game_add_up_to_payments(haaglanden: js.Scenario, accounts: xr.Dataset) -> None:
    for key in (*BY_GAME, *BY_RISK):
        bills = js.allocate(accounts, haaglanden, key)
        np.testing.assert_allclose(
            bills.contribution.sum(("municipality", "segment")),
            accounts.payment.sum("contract"),
            rtol=1e-12,
        )


def test_wrong_questions_are_refused_in_words(haaglanden: js.Scenario, accounts: xr.Dataset) -> None:
    with pytest.raises(ValueError, match=r"no contract 'verblif'.*verblijf"):
        js.coalition_costs(accounts, haaglanden, "verblif")
    with pytest.raises(ValueError, match="no care form 'pleegzorgg'"):
        js.coalition_costs(accounts, haaglanden, "verblijf", care_form="pleegzorgg")
    with pytest.raises(ValueError, match="level must be"):
        js.coalition_costs(accounts, haaglanden, "verblijf", level=1.0)
    with pytest.raises(ValueError, match="without contract 'verblijf'"):
        js.coalition_costs(accounts.drop_sel(contract="verblijf"), haaglanden, "verblijf")


def test_a_contract_of_two_groups_of_members_asks_which(haaglanden: js.Scenario) -> None:
    together = {
        "verblijf": {
            "form": "task_based",
            "segments": list(haaglanden.segment_names),
            "loss_bands": [],
            "gain_bands": [],
            "use_registered": True,
        }
    }
    allocation = {"used": "expected_use", "keys": ["expected_use"]}
    one = haaglanden.with_changes({"contracts": together, "allocation": allocation})
    settled = js.settle(js.simulate(one, draws=2, seed=1, progress=False), one)
    with pytest.raises(ValueError, match="do not all have the same members"):
        js.coalition_costs(settled, one, "verblijf")
    eight = js.coalition_costs(settled, one, "verblijf", care_form="dagbesteding")
    nine = js.coalition_costs(settled, one, "verblijf", care_form="dagbehandeling")
    assert (eight.sizes["coalition"], nine.sizes["coalition"]) == (256, 512)
    whole = settled.payment.sel(contract="verblijf").max("draw")
    np.testing.assert_allclose(eight[:, -1] + nine[:, -1], whole, rtol=1e-12)
