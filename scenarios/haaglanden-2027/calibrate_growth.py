"""Show how the yearly growth in [world] was chosen; reads files, writes none.

Three steps: what the accounts of Dutch municipalities grew in real terms in
2017-2023, for the country, regions of the size of Haaglanden (random groups) and
single municipalities by size; what the growths and shocks of ``scenario.toml`` do
in a small cohort model of this scenario; the two side by side. The cohort model
ignores moves in time and the spread of children and is for calibration only.
"""

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

FOLDER = Path(__file__).resolve().parent
NINE = [503, 518, 603, 629, 637, 1783, 1842, 1916, 1926]  # the numbers of the CBS codes
# Price growth: 2021-2023 as in facts/indexation.csv; 2018-2020 not found, an assumption.
PRICE = pd.Series({2018: 0.025, 2019: 0.025, 2020: 0.025, 2021: 0.0324, 2022: 0.0367, 2023: 0.0643})
HIGHEST, LOWEST = 0.45, -0.35  # a log growth beyond these is read as a booking difference
GROUP_SIZE, GROUPS = (1.05e6, 1.25e6), 2000
SIZES = [0, 20e3, 35e3, 60e3, 100e3, 200e3, 1e7]
DRAWS, YEARS = 4000, 6


def panel():
    """Return accounts with protection, complete 2017-2023, and inhabitants of 2020.

    Merged municipalities change code and so drop out, with those that never report.
    """
    rows = pd.read_csv(FOLDER / "facts" / "accounts_panel.csv")
    accounts = rows.pivot(
        index="cbs_code", columns="year", values="youth_care_incl_protection_eur"
    ).dropna()
    accounts = accounts[(accounts > 0).all(axis=1)]
    people = rows.pivot(index="cbs_code", columns="year", values="inhabitants")[2020]
    return accounts, people[accounts.index]


def real_growth(accounts):
    """Return log growth minus price growth, per row and year."""
    return np.log(accounts).diff(axis=1).iloc[:, 1:] - np.log1p(PRICE)


def random_regions(accounts, people, rng):
    """Return real growth (group, year) of random groups as large as Haaglanden."""
    groups = []
    for _ in range(GROUPS):
        members, size = [], 0.0
        for code in rng.permutation(accounts.index):
            if size + people[code] <= GROUP_SIZE[1]:
                members.append(code)
                size += people[code]
            if size > GROUP_SIZE[0]:
                break
        groups.append(accounts.loc[members].sum())
    return real_growth(pd.DataFrame(groups)).to_numpy()


def what_was_seen():
    """Print real growth in 2018-2023 by scale."""
    accounts, people = panel()
    nine_codes = [f"GM{number:04d}" for number in NINE]
    growth = real_growth(accounts)
    sound = (growth.max(axis=1) < HIGHEST) & (growth.min(axis=1) > LOWEST)
    print(f"complete {len(accounts)} municipalities, without booking jumps {sound.sum()}")
    nine = real_growth(accounts.loc[nine_codes].sum().to_frame().T).iloc[0]
    nominal = np.log(accounts.loc[nine_codes].sum()).diff().iloc[1:]
    accounts, people, growth = accounts[sound], people[sound], growth[sound]
    country = real_growth(accounts.sum().to_frame().T).iloc[0]
    regions = random_regions(accounts, people, np.random.default_rng(2027))
    table = pd.DataFrame({
        "H9 nominal": nominal, "H9": nine, "country": country,
        "regions, mean": regions.mean(0), "regions, sd": regions.std(0),
    })  # fmt: skip
    print((table * 100).round(1).to_string())
    within = np.sqrt(regions.var(0).mean())
    print(f"H9: mean {nine.mean():.3f} sd {nine.std():.3f}; 2021-2023 mean {nine[-3:].mean():.3f}")
    print(f"regions: sd within a year {within:.3f}, all years {regions.std():.3f},")
    print(f"  six-year growth {regions.sum(1).std():.3f} (independent years: {6**0.5 * within:.3f})")
    rows = []
    for low, high in itertools.pairwise(SIZES):
        own = growth[(people >= low) & (people < high)]
        apart = own - own.mean()
        before, after = apart.iloc[:, :-1].to_numpy(), apart.iloc[:, 1:].to_numpy()
        again = np.corrcoef(before.ravel(), after.ravel())[0, 1]
        size = f"{low / 1e3:.0f}-{high / 1e3:.0f}"
        rows.append((size, len(own), apart.stack().std(), again, own.sum(axis=1).std()))
    columns = ["thousand inhabitants", "n", "sd within year", "autocorrelation", "sd six years"]
    print(pd.DataFrame(rows, columns=columns).round(3).to_string(index=False), "\n")


# ------------------------------------------------------------------ cohort model


def shock(rng, cv, autocorrelation, columns=1):
    """Return Gamma shocks (draw, year, column) with mean 1, as MODEL.md section 1."""
    z = np.empty((DRAWS, YEARS, columns))
    z[:, 0] = rng.standard_normal((DRAWS, columns))
    for year in range(1, YEARS):
        fresh = rng.standard_normal((DRAWS, columns))
        z[:, year] = autocorrelation * z[:, year - 1] + np.sqrt(1 - autocorrelation**2) * fresh
    return stats.gamma.ppf(stats.norm.cdf(z), 1 / cv**2, scale=cv**2) if cv else np.ones_like(z)


def growth_path(rng, spread, fade):
    """Return growth factors (draw, year), 1 in the first year, growth fading."""
    z = rng.standard_normal(DRAWS) / 1.281552
    side = np.where(z < 0, spread["p50"] - spread["p10"], spread["p90"] - spread["p50"])
    growth = spread["p50"] + z * side
    yearly = 1 + growth[:, None] * (1 - fade) ** np.arange(YEARS - 1)
    return np.concatenate([np.ones((DRAWS, 1)), np.cumprod(yearly, axis=1)], axis=1)


class Stay:
    """Days of care by year since entry, for a stay scaled by any factor."""

    def __init__(self, form):
        mean = form.stay_mean_days / 365
        grid = np.linspace(0, 60, 60 * 60 + 1)
        if form.stay_distribution == "exponential":
            survival = stats.expon(scale=mean).sf(grid)
        else:
            variance = np.log1p((form.stay_sd_days / form.stay_mean_days) ** 2)
            survival = stats.lognorm(variance**0.5, scale=mean * np.exp(-variance / 2)).sf(grid)
        step = grid[1]
        once = np.concatenate([[0], np.cumsum((survival[1:] + survival[:-1]) / 2 * step)])
        twice = np.concatenate([[0], np.cumsum((once[1:] + once[:-1]) / 2 * step)])
        self.mean, self.table = mean, lambda t, c: c**2 * np.interp(t / c, grid, twice)

    def years(self, n, scale):
        """Return care-years in the n-th year after entry, entries spread over a year."""
        if n == 0:
            return self.table(1.0, scale)
        return self.table(n + 1, scale) - 2 * self.table(n, scale) + self.table(n - 1, scale)


def simulate(world, seed=1):
    """Return real cost (draw, year, municipality) under [world], uncertain levels left out."""
    rng = np.random.default_rng(seed)
    forms = pd.read_csv(FOLDER / "care_forms.csv").set_index("care_form", drop=False)
    demand = pd.read_csv(FOLDER / "demand.csv")
    rates = demand.pivot(index="municipality", columns="care_form", values="inflow_per_1000_youth")
    rates = rates.reindex(columns=forms.index)
    moves = pd.read_csv(FOLDER / "moves.csv").pivot(
        index="from_care_form", columns="to_care_form", values="probability"
    ).reindex(index=forms.index, columns=forms.index).fillna(0).to_numpy()  # fmt: skip
    youth = pd.read_csv(FOLDER / "population.csv").query("year == 2027")
    youth = youth.set_index("municipality")["youth"]
    fade = world["growth_fade_per_year"]

    def yearly(name, columns=1):
        cv, autocorrelation = world[f"{name}_cv"], world.get(f"{name}_autocorrelation", 0.5)
        return shock(rng, cv, autocorrelation, columns)

    inflow = growth_path(rng, world["inflow_growth_per_year"], fade)[..., None]
    stay = growth_path(rng, world["stay_growth_per_year"], fade)
    units = growth_path(rng, world["units_growth_per_year"], fade)
    stay *= yearly("stay_shock")[..., 0]
    units *= yearly("units_shock")[..., 0]
    entries = inflow * yearly("inflow_shock_region")
    entries = entries * yearly("inflow_shock_municipality", len(rates))

    cost = np.zeros((DRAWS, YEARS, len(rates)))
    arrivals = np.zeros((len(forms), len(rates)))
    for column, (name, row) in enumerate(rates.iterrows()):
        bought = row.notna().to_numpy()
        inside = moves * bought[:, None] * bought[None, :]
        arrivals[:, column] = np.linalg.solve(
            np.eye(len(forms)) - inside.T, row.fillna(0).to_numpy() * youth[name] / 1000
        )
    for flow, form in zip(arrivals, forms.itertuples(), strict=True):
        if form.unit == "traject":
            cost += form.tariff * entries * flow
            continue
        law, price = Stay(form), form.units_per_day * 365 * form.tariff
        for year in range(YEARS):
            before = law.mean - sum(law.years(n, 1.0) for n in range(year + 1))
            care = before * np.ones_like(entries[:, 0])
            for entry in range(year + 1):
                care += entries[:, entry] * law.years(year - entry, stay[:, entry])[:, None]
            cost[:, year] += price * care * units[:, year, None] * flow
    return cost, list(rates.index)


def what_is_simulated():
    """Print real growth under the [world] of scenario.toml."""
    world = tomllib.loads((FOLDER / "scenario.toml").read_text(encoding="utf-8"))["world"]
    cost, names = simulate(world)
    region = np.diff(np.log(cost.sum(axis=2)), axis=1)
    table = pd.DataFrame({"mean": region.mean(0), "sd": region.std(0)}, index=range(2028, 2033))
    print("simulated real growth of the region, %\n" + (table * 100).round(2).to_string())
    level = np.log(cost.sum(axis=2))
    print(f"all years: sd {region.std():.4f}; sd of five-year growth {region.sum(1).std():.4f}")
    lag = np.corrcoef(region[:, :-1].ravel(), region[:, 1:].ravel())[0, 1]
    print(f"sd of the first year {level[:, 0].std():.4f}; autocorrelation of growth {lag:.2f}")
    own = pd.Series(np.diff(np.log(cost), axis=1).std(axis=(0, 1)), index=names)
    print("sd of yearly growth per municipality\n" + (own * 100).round(1).to_string())
    mean = np.exp(level).mean(axis=0)
    print("mean real cost over 2027:", (mean / mean[0]).round(4).tolist())


if __name__ == "__main__":
    what_was_seen()
    what_is_simulated()
