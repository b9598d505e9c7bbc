/* The draw floor in C: the draws of floor.py through the same tables, the same integers out of it.
   Twice: child by child as floor.py has it, and eight children at a time. */

#include <math.h>
#include <stdint.h>

typedef int64_t i64;

/* As keyed.py has them. */
enum { INFLOW_COUNT = 1, STOCK_COUNT = 2, PURPOSE_SHIFT = 24 };
enum { CENTRE_BITS = 11, TAIL_BITS = 27, OCTAVE_CELLS = 64 };
enum { CENTRE_KNOTS = (1 << CENTRE_BITS) + 1, TAIL_KNOTS = (TAIL_BITS + 1) * OCTAVE_CELLS + 1 };
enum { KNOTS = CENTRE_KNOTS + 2 * TAIL_KNOTS };

typedef struct { /* Work, and of its tables what is drawn from */
    i64 draws, cells, months, moves, knots;
    const i64 *number, *cell_form, *cell_key, *spread_units, *move_first, *move_to;
    const i64 *month_number, *month_days;
    const double *stay_quantiles, *intensity_quantiles, *stock, *inflow, *move_probability;
    const i64 *stays;
} Work;

typedef struct { /* Sums, in its order */
    i64 *children, *stays;
    double *days, *intensity;
    i64 *entry_days, *moves, *destinations;
} Sums;

typedef struct { uint32_t w[4]; } Words;

static inline Words philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1) {
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (Words){{c0, c1, c2, c3}};
}

static inline double uniform53(uint32_t high, uint32_t low) {
    return ((double)(((uint64_t)high << 21) + (low >> 11)) + 0.5) * 0x1p-53;
}

static inline double quantile_at(const double *knots, uint32_t word) {
    const uint32_t tail = 1u << TAIL_BITS;
    i64 cell;
    double part;
    if (word >= tail && word <= UINT32_MAX - tail) {
        const int shift = 32 - CENTRE_BITS;
        cell = word >> shift;
        part = ((double)(word & ((1u << shift) - 1)) + 0.5) * (1.0 / (1u << shift));
    } else {
        const int lower = word < tail;
        const uint64_t twice = 2 * (uint64_t)(lower ? word : UINT32_MAX - word) + 1;
        int octave = TAIL_BITS;
        while (twice < 1ull << octave) octave--;
        const double place = (double)(twice - (1ull << octave)) * ((double)OCTAVE_CELLS / (1ull << octave));
        cell = (i64)place;
        part = place - cell;
        cell += CENTRE_KNOTS + octave * OCTAVE_CELLS + (lower ? 0 : TAIL_KNOTS);
    }
    return knots[cell] + (knots[cell + 1] - knots[cell]) * part;
}

static i64 poisson_count(double mean, double u) {
    if (mean <= 0.0) return 0;
    if (mean < 128.0) {
        double term = exp(-mean), below = term;
        i64 n = 0;
        while (u > below && (n < mean || term > 1e-18)) {
            n++;
            term *= mean * (1.0 / n);
            below += term;
        }
        return n;
    }
    const double inverse = 1.0 / mean;
    const i64 mode = (i64)mean;
    const double peak = exp(mode * log(mean) - mean - lgamma(mode + 1.0));
    double below = peak, term = peak;
    i64 n = mode;
    while (n > 0 && term > 1e-20) {
        term *= n * inverse;
        n--;
        below += term;
    }
    n = mode;
    term = peak;
    if (u <= below) {
        while (n > 0 && u <= below - term) {
            below -= term;
            term *= n * inverse;
            n--;
        }
        return n;
    }
    while (u > below && term > 1e-20) {
        n++;
        term *= mean / n;
        below += term;
    }
    return n;
}

/* Children from outside: the start stock (month -1) or those of a month. */
static i64 children_of(
    const Work *work, i64 r, i64 cell, i64 month, uint32_t draw, uint32_t k0, uint32_t k1
) {
    const i64 at = r * work->cells + cell;
    const uint32_t purpose = month < 0 ? STOCK_COUNT : INFLOW_COUNT;
    const uint32_t address = month < 0 ? 0 : work->month_number[month] + 1;
    const double mean = month < 0 ? work->stock[at] : work->inflow[at * work->months + month];
    const Words words = philox(0, purpose << PURPOSE_SHIFT, address, draw, k0, k1);
    return poisson_count(mean, uniform53(words.w[0], words.w[1]));
}

typedef struct { i64 children, stays, entry_days, moves, destinations; double days, intensity; } Cell;

static void add_cell(Sums *sums, i64 cell, const Cell *c) {
    sums->children[cell] += c->children;
    sums->stays[cell] += c->stays;
    sums->days[cell] += c->days;
    sums->intensity[cell] += c->intensity;
    sums->entry_days[cell] += c->entry_days;
    sums->moves[cell] += c->moves;
    sums->destinations[cell] += c->destinations;
}

static inline void add_move(const Work *work, Cell *c, i64 form, const double *probability, uint32_t word) {
    const double u = (word + 0.5) * 0x1p-32;
    double below = 0.0;
    for (i64 move = work->move_first[form]; move < work->move_first[form + 1]; move++) {
        below += probability[move];
        if (u < below) {
            c->moves++;
            c->destinations += work->move_to[move];
            return;
        }
    }
}

/* ---- child by child ---- */

static void draw_cell(const Work *work, Sums *sums, i64 r, i64 cell) {
    const i64 form = work->cell_form[cell], spread = work->spread_units[form];
    const uint32_t k0 = work->cell_key[2 * cell], k1 = work->cell_key[2 * cell + 1];
    const uint32_t draw = work->number[r];
    const double *stay_quantiles = work->stay_quantiles + form * KNOTS;
    const double *intensity_quantiles = work->intensity_quantiles + form * KNOTS;
    const double *probability = work->move_probability + r * work->moves;
    Cell c = {0};
    for (i64 month = -1; month <= work->months; month++) {
        const int moved_in = month == work->months;
        const uint32_t step = moved_in, address = month < 0 || moved_in ? 0 : work->month_number[month] + 1;
        const uint64_t length = month < 0 || moved_in ? 31 : work->month_days[month];
        const i64 children = moved_in ? work->stays[r * work->cells + cell] - c.children
                                      : children_of(work, r, cell, month, draw, k0, k1);
        if (!moved_in) c.children += children;
        c.stays += children;
        for (i64 sequence = 0; sequence < children; sequence++) {
            const Words words = philox(sequence, step, address, draw, k0, k1);
            c.days += quantile_at(stay_quantiles, words.w[0]);
            c.intensity += spread ? quantile_at(intensity_quantiles, words.w[1]) : 1.0;
            c.entry_days += (words.w[3] * length) >> 32;
            add_move(work, &c, form, probability, words.w[2]);
        }
    }
    add_cell(sums, cell, &c);
}

/* ---- eight children at a time: the compiler makes vectors of the inner loops ---- */

enum { LANES = 8, BATCH = 16 * LANES };

typedef struct { /* children of a cell whose words are drawn together */
    uint32_t sequence[BATCH], step[BATCH], address[BATCH], length[BATCH], word[4][BATCH];
    int size;
} Batch;

static void philox_batch(Batch *b, uint32_t draw, uint32_t key0, uint32_t key1) {
    for (int first = 0; first < b->size; first += LANES) {
        uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES], k0 = key0, k1 = key1;
        for (int i = 0; i < LANES; i++) {
            c0[i] = b->sequence[first + i];
            c1[i] = b->step[first + i];
            c2[i] = b->address[first + i];
            c3[i] = draw;
        }
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < LANES; i++) {
                const uint64_t p0 = 0xD2511F53ull * c0[i], p1 = 0xCD9E8D57ull * c2[i];
                c0[i] = (uint32_t)(p1 >> 32) ^ c1[i] ^ k0;
                c1[i] = (uint32_t)p1;
                c2[i] = (uint32_t)(p0 >> 32) ^ c3[i] ^ k1;
                c3[i] = (uint32_t)p0;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        for (int i = 0; i < LANES; i++) {
            b->word[0][first + i] = c0[i];
            b->word[1][first + i] = c1[i];
            b->word[2][first + i] = c2[i];
            b->word[3][first + i] = c3[i];
        }
    }
}

static void use_batch(const Work *work, Batch *b, Cell *c, i64 r, i64 cell) {
    const i64 form = work->cell_form[cell];
    const double *stay_quantiles = work->stay_quantiles + form * KNOTS;
    const double *intensity_quantiles = work->intensity_quantiles + form * KNOTS;
    philox_batch(b, work->number[r], work->cell_key[2 * cell], work->cell_key[2 * cell + 1]);
    for (int i = 0; i < b->size; i++) c->days += quantile_at(stay_quantiles, b->word[0][i]);
    if (work->spread_units[form])
        for (int i = 0; i < b->size; i++) c->intensity += quantile_at(intensity_quantiles, b->word[1][i]);
    else c->intensity += b->size;
    for (int i = 0; i < b->size; i++) c->entry_days += ((uint64_t)b->word[3][i] * b->length[i]) >> 32;
    for (int i = 0; i < b->size; i++)
        add_move(work, c, form, work->move_probability + r * work->moves, b->word[2][i]);
    c->stays += b->size;
    b->size = 0;
}

static void draw_cell_in_batches(const Work *work, Sums *sums, i64 r, i64 cell) {
    const uint32_t k0 = work->cell_key[2 * cell], k1 = work->cell_key[2 * cell + 1];
    const uint32_t draw = work->number[r];
    Cell c = {0};
    Batch b = {.size = 0};
    for (i64 month = -1; month <= work->months; month++) {
        const int moved_in = month == work->months;
        const i64 children = moved_in ? work->stays[r * work->cells + cell] - c.children
                                      : children_of(work, r, cell, month, draw, k0, k1);
        if (!moved_in) c.children += children;
        for (i64 sequence = 0; sequence < children; sequence++) {
            b.sequence[b.size] = sequence;
            b.step[b.size] = moved_in;
            b.address[b.size] = month < 0 || moved_in ? 0 : work->month_number[month] + 1;
            b.length[b.size] = month < 0 || moved_in ? 31 : work->month_days[month];
            if (++b.size == BATCH) use_batch(work, &b, &c, r, cell);
        }
    }
    use_batch(work, &b, &c, r, cell);
    add_cell(sums, cell, &c);
}

/* Draw everything; 0, or 1 where the tables are of another length than these. */
int draw_all(const Work *work, Sums *sums, int in_batches) {
    if (work->knots != KNOTS) return 1;
    for (i64 r = 0; r < work->draws; r++)
        for (i64 cell = 0; cell < work->cells; cell++)
            if (in_batches) draw_cell_in_batches(work, sums, r, cell);
            else draw_cell(work, sums, r, cell);
    return 0;
}
