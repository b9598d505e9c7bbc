/* The spec in C, by hand: xoshiro256++, normal numbers by ziggurat, a child followed at once until it
   asks for a form with places; only those requests and the ends of those stays stand on a calendar,
   as linked lists per day. Build: cc -O3 -march=native -shared -fPIC c_rival.c -o c_rival.so -lm */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t i64;

typedef struct { /* as Spec in spec.py, and what is worked out beforehand */
    i64 cells, towns, forms, months, years;
    const i64 *cell_town, *cell_form;
    const i64 *cell_at; /* towns x forms, -1 where not bought */
    const double *start_stock, *inflow;
    const i64 *month_first_day, *month_days, *year_first_day;
    const double *stay_mu, *stay_sigma, *remaining, *units_per_day, *units_mu, *units_sigma;
    const i64 *move_first, *move_to;
    const double *move_probability;
    const i64 *places;
} Spec;

typedef struct { /* years x towns x forms each, added up over draws */
    i64 *started, *ended, *days;
    double *units;
    i64 *waiting;
} Totals;

/* ---- random numbers ---- */

static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

typedef struct { uint64_t s[4]; } Random;

static inline uint64_t next(Random *r) { /* xoshiro256++, Blackman and Vigna */
    const uint64_t result = rotl(r->s[0] + r->s[3], 23) + r->s[0], t = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotl(r->s[3], 45);
    return result;
}

static void seed_random(Random *r, uint64_t seed) { /* splitmix64 */
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        r->s[i] = z ^ (z >> 31);
    }
}

static inline double uniform(Random *r) { return ((next(r) >> 11) + 0.5) * 0x1p-53; }

#define LAYERS 256
static double zig_x[LAYERS + 1], zig_f[LAYERS + 1];

static void make_ziggurat(void) { /* Marsaglia and Tsang 2000, 256 layers */
    const double edge = 3.6541528853610088, area = 0.00492867323399;
    zig_x[0] = area / exp(-0.5 * edge * edge);
    zig_x[1] = edge;
    for (int i = 2; i < LAYERS; i++) {
        const double f = exp(-0.5 * zig_x[i - 1] * zig_x[i - 1]);
        zig_x[i] = sqrt(-2.0 * log(area / zig_x[i - 1] + f));
    }
    zig_x[LAYERS] = 0.0;
    for (int i = 0; i <= LAYERS; i++) zig_f[i] = exp(-0.5 * zig_x[i] * zig_x[i]);
}

static double normal(Random *r) {
    for (;;) {
        const uint64_t bits = next(r);
        const int layer = bits & 255;
        const double u = (double)((int64_t)bits >> 11) * 0x1p-52; /* -1 to 1 */
        const double x = u * zig_x[layer];
        if (fabs(x) < zig_x[layer + 1]) return x;
        if (layer == 0) { /* the tail */
            const double edge = zig_x[1];
            double a, b;
            do {
                a = -log(uniform(r)) / edge;
                b = -log(uniform(r));
            } while (b + b < a * a);
            return u < 0 ? -(edge + a) : edge + a;
        }
        if (zig_f[layer] + uniform(r) * (zig_f[layer + 1] - zig_f[layer]) < exp(-0.5 * x * x)) return x;
    }
}

static i64 poisson(Random *r, double mean) { /* by inversion; a large mean in parts */
    i64 n = 0;
    while (mean > 30.0) {
        n += poisson(r, 30.0);
        mean -= 30.0;
    }
    double u = uniform(r), term = exp(-mean);
    for (i64 k = 0; u > term && k < 200; n++) {
        u -= term;
        term *= mean / ++k;
    }
    return n;
}

static i64 remaining_days(Random *r, const double *cumulative, i64 length) {
    const double u = uniform(r);
    i64 low = 0, high = length;
    while (low < high) {
        const i64 middle = (low + high) / 2;
        if (cumulative[middle] < u) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* ---- children ---- */

typedef struct { /* who asks for a form with places, or is in one */
    int32_t next; /* on the same day, or in the same line */
    int32_t town, form, day; /* asked on, or the stay's end */
} Child;

typedef struct {
    const Spec *s;
    Totals t;
    Random r;
    int limited;
    i64 horizon;
    int32_t *day_year;
    int32_t *asks, *ends; /* first child of a day, 0 for nobody */
    int32_t *first, *last; /* of a line */
    i64 *taken;
    Child *child;
    int32_t used, room;
} Region;

static int32_t new_child(Region *g, i64 town, i64 form, i64 day) {
    if (g->used + 1 >= g->room) {
        g->room *= 2;
        g->child = realloc(g->child, sizeof(Child) * g->room);
    }
    const int32_t c = ++g->used;
    g->child[c] = (Child){0, (int32_t)town, (int32_t)form, (int32_t)day};
    return c;
}

static inline i64 place_of(const Region *g, i64 year, i64 town, i64 form) {
    return (year * g->s->towns + town) * g->s->forms + form;
}

static void count_care(Region *g, i64 town, i64 form, i64 day, i64 end) {
    const Spec *s = g->s;
    double per_day = s->units_per_day[form];
    if (s->units_sigma[form] > 0.0)
        per_day *= exp(s->units_mu[form] + s->units_sigma[form] * normal(&g->r));
    if (end > g->horizon) end = g->horizon;
    if (day >= end) return;
    i64 year = g->day_year[day];
    for (;; year++) {
        const i64 until = s->year_first_day[year + 1] < end ? s->year_first_day[year + 1] : end;
        const i64 at = place_of(g, year, town, form);
        g->t.days[at] += until - day;
        g->t.units[at] += (until - day) * per_day;
        if (until == end) return;
        day = until;
    }
}

static void count_wait(Region *g, i64 town, i64 form, i64 day, i64 end) {
    while (day < end) {
        const i64 year = g->day_year[day];
        const i64 until = g->s->year_first_day[year + 1] < end ? g->s->year_first_day[year + 1] : end;
        g->t.waiting[place_of(g, year, town, form)] += until - day;
        day = until;
    }
}

static inline i64 begin(Region *g, i64 town, i64 form, i64 day) { /* a stay; returns its end */
    const Spec *s = g->s;
    const double x = exp(s->stay_mu[form] + s->stay_sigma[form] * normal(&g->r));
    i64 days = (i64)(x + 0.5);
    if (days < 1) days = 1;
    g->t.started[place_of(g, g->day_year[day], town, form)]++;
    count_care(g, town, form, day, day + days);
    return day + days;
}

/* A child comes into a form on a day, or (end given) is in it until then. */
static void follow(Region *g, i64 town, i64 form, i64 day, i64 end) {
    const Spec *s = g->s;
    for (;;) {
        if (g->limited && s->places[form] >= 0 && end < 0) {
            const int32_t c = new_child(g, town, form, day);
            g->child[c].next = g->asks[day];
            g->asks[day] = c;
            return;
        }
        if (end < 0) end = begin(g, town, form, day);
        if (end >= g->horizon) return;
        g->t.ended[place_of(g, g->day_year[end], town, form)]++;
        double u = uniform(&g->r);
        i64 to = -1;
        for (i64 move = s->move_first[form]; move < s->move_first[form + 1]; move++) {
            u -= s->move_probability[move];
            if (u < 0.0) {
                to = s->move_to[move];
                break;
            }
        }
        if (to < 0 || s->cell_at[town * s->forms + to] < 0) return;
        form = to;
        day = end;
        end = -1;
    }
}

static void in_place(Region *g, int32_t c, i64 end) { /* a child has a place until its stay ends */
    if (end >= g->horizon) return;
    g->child[c].day = (int32_t)end;
    g->child[c].next = g->ends[end];
    g->ends[end] = c;
}

static void live_through(Region *g) {
    const Spec *s = g->s;
    for (i64 day = 0; day < g->horizon; day++) {
        for (int32_t c = g->ends[day]; c; c = g->child[c].next) {
            g->taken[g->child[c].form]--;
            follow(g, g->child[c].town, g->child[c].form, day, day);
        }
        for (int32_t c = g->asks[day], next_one; c; c = next_one) {
            const i64 form = g->child[c].form;
            next_one = g->child[c].next;
            g->child[c].next = 0;
            if (g->first[form]) g->child[g->last[form]].next = c;
            else g->first[form] = c;
            g->last[form] = c;
        }
        for (i64 form = 0; form < s->forms; form++)
            while (g->first[form] && g->taken[form] < s->places[form]) {
                const int32_t c = g->first[form];
                g->first[form] = g->child[c].next;
                g->taken[form]++;
                count_wait(g, g->child[c].town, form, g->child[c].day, day);
                in_place(g, c, begin(g, g->child[c].town, form, day));
            }
    }
    for (i64 form = 0; form < s->forms; form++)
        for (int32_t c = g->first[form]; c; c = g->child[c].next)
            count_wait(g, g->child[c].town, form, g->child[c].day, g->horizon);
}

static void simulate_draw(Region *g) {
    const Spec *s = g->s;
    g->used = 0;
    memset(g->asks, 0, sizeof(int32_t) * g->horizon);
    memset(g->ends, 0, sizeof(int32_t) * g->horizon);
    memset(g->first, 0, sizeof(int32_t) * s->forms);
    memset(g->taken, 0, sizeof(i64) * s->forms);
    for (i64 cell = 0; cell < s->cells; cell++) {
        const i64 town = s->cell_town[cell], form = s->cell_form[cell];
        const i64 stock = poisson(&g->r, s->start_stock[cell]);
        for (i64 i = 0; i < stock; i++) {
            const i64 end = remaining_days(&g->r, s->remaining + form * g->horizon, g->horizon);
            count_care(g, town, form, 0, end);
            if (g->limited && s->places[form] >= 0) {
                g->taken[form]++;
                in_place(g, new_child(g, town, form, 0), end);
            } else {
                follow(g, town, form, 0, end);
            }
        }
        for (i64 month = 0; month < s->months; month++) {
            const i64 children = poisson(&g->r, s->inflow[cell * s->months + month]);
            const uint64_t days = s->month_days[month];
            for (i64 i = 0; i < children; i++) {
                const i64 day = s->month_first_day[month] + (i64)(((next(&g->r) >> 32) * days) >> 32);
                follow(g, town, form, day, -1);
            }
        }
    }
    if (g->limited) live_through(g);
}

/* Simulate draws and add up what is counted; 0, or 1 where there was no memory. */
int simulate(const Spec *s, Totals *t, i64 seed, i64 draws, int limited) {
    Region g = {.s = s, .t = *t, .limited = limited, .horizon = s->year_first_day[s->years]};
    g.room = 1 << 16;
    g.day_year = malloc(sizeof(int32_t) * g.horizon);
    g.asks = malloc(sizeof(int32_t) * g.horizon);
    g.ends = malloc(sizeof(int32_t) * g.horizon);
    g.first = malloc(sizeof(int32_t) * s->forms);
    g.last = malloc(sizeof(int32_t) * s->forms);
    g.taken = malloc(sizeof(i64) * s->forms);
    g.child = malloc(sizeof(Child) * g.room);
    const int ready = g.day_year && g.asks && g.ends && g.first && g.last && g.taken && g.child;
    if (ready) {
        for (i64 year = 0; year < s->years; year++)
            for (i64 day = s->year_first_day[year]; day < s->year_first_day[year + 1]; day++)
                g.day_year[day] = (int32_t)year;
        make_ziggurat();
        seed_random(&g.r, (uint64_t)seed);
        for (i64 draw = 0; draw < draws; draw++) simulate_draw(&g);
    }
    free(g.day_year), free(g.asks), free(g.ends), free(g.first), free(g.last), free(g.taken), free(g.child);
    return !ready;
}
