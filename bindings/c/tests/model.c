/* Fitted risk models, used as meant and as not meant. */
#include <inttypes.h>
#include <math.h>

#include "lynchpin.h"
#include "model.h"

static lp_column columns[FEATURES];

static void begin(void) {
    static const char *const names[FEATURES] = {"lines", "hours", "earlier", "services"};
    static const uint32_t transforms[FEATURES] = {LP_TRANSFORM_LOG, LP_TRANSFORM_PLAIN,
                                                  LP_TRANSFORM_LOG, LP_TRANSFORM_PLAIN};
    static const uint32_t bends[FEATURES] = {LP_BEND_RISING, LP_BEND_FREE, LP_BEND_STRAIGHT,
                                             LP_BEND_FREE};
    size_t i;
    read_history();
    for (i = 0; i < FEATURES; i++) {
        columns[i].name = LP_TEXT(names[i]);
        columns[i].transform = transforms[i];
        columns[i].bend = bends[i];
        columns[i].values = values[i];
        columns[i].millionths = NULL;
    }
}

/* The status of a call, which must explain itself. */
static uint32_t told(uint32_t ended, lp_error **error) {
    CHECK(ended != LP_STATUS_OK && lp_error_status(*error) == ended);
    CHECK(lp_error_message(*error).len > 20);
    lp_error_free(*error);
    *error = NULL;
    return ended;
}

static int same(lp_str text, const char *wanted) {
    return text.len == strlen(wanted) && !memcmp(text.ptr, wanted, text.len);
}

/* Whether a model has the bytes of a file. */
static int is_file(const lp_model *model, const char *name) {
    lp_fitted whole = {.struct_size = sizeof whole};
    size_t len;
    char *text = read_model_file(name, &len);
    int equal;
    CHECK(lp_model_whole(model, &whole) == LP_STATUS_OK);
    equal = whole.json.len == len && !memcmp(whole.json.ptr, text, len);
    free(text);
    return equal;
}

static lp_model *fitted(const lp_fit *fit, size_t from) {
    lp_model *model = NULL;
    lp_error *error = NULL;
    lp_column half[FEATURES];
    size_t i;
    for (i = 0; i < FEATURES; i++) {
        half[i] = columns[i];
        half[i].values += from;
    }
    CHECK(lp_model_fit(half, FEATURES, failed + from, HISTORY - from, fit, &model, &error)
          == LP_STATUS_OK);
    CHECK(error == NULL);
    return model;
}

static lp_model *sample(void) {
    const lp_fit fit = {sizeof fit, 2, 200, 60, 2, NULL};
    return fitted(&fit, 0);
}

static void the_bytes_are_those_of_every_language(const lp_model *model) {
    lp_fit fit = {.struct_size = sizeof fit};
    lp_fitted whole = {.struct_size = sizeof whole}, again = whole;
    lp_model *before = fitted(&fit, 0), *next, *read = NULL;
    fit.prior = before;
    next = fitted(&fit, HALF);
    CHECK(is_file(model, "model.json") && is_file(next, "next.json"));
    CHECK(lp_model_whole(model, &whole) == LP_STATUS_OK);
    CHECK(lp_model_read(whole.json, &read, NULL) == LP_STATUS_OK);
    CHECK(lp_model_whole(read, &again) == LP_STATUS_OK && is_file(read, "model.json"));
    CHECK(whole.digest.len == 71 && again.digest.len == 71);
    CHECK(!memcmp(whole.digest.ptr, again.digest.ptr, 71));
    CHECK(whole.changes == HISTORY && whole.failures == 43);
    CHECK(whole.term_count == FEATURES && whole.pair_count == 2 && whole.baseline < 0);
    lp_model_free(read);
    lp_model_free(next);
    lp_model_free(before);
}

enum { WIDTH = FEATURES + 2 };
static int64_t log_odds[HISTORY], contributions[WIDTH * HISTORY];
static uint32_t probabilities[HISTORY];

static void the_scores_are_those_of_every_language(const lp_model *model) {
    lp_scores scores = {.struct_size = sizeof scores, .log_odds = log_odds,
                        .probabilities = probabilities, .contributions = contributions,
                        .contribution_count = WIDTH * HISTORY};
    lp_column turned[FEATURES];
    FILE *file = open_model_file("scores.txt");
    int64_t found;
    size_t row, i;
    /* Columns are found by their names. */
    for (i = 0; i < FEATURES; i++) {
        turned[i] = columns[FEATURES - 1 - i];
    }
    CHECK(lp_model_score(model, turned, FEATURES, HISTORY, &scores, NULL) == LP_STATUS_OK);
    for (row = 0; row < HISTORY; row++) {
        CHECK(fscanf(file, "%" SCNd64, &found) == 1 && found == log_odds[row]);
        CHECK(fscanf(file, "%" SCNd64, &found) == 1 && found == probabilities[row]);
        for (i = 0; i < WIDTH; i++) {
            CHECK(fscanf(file, "%" SCNd64, &found) == 1
                  && found == contributions[i * HISTORY + row]);
        }
    }
    CHECK(fscanf(file, "%" SCNd64, &found) == EOF);
    (void)fclose(file);
}

/* Millionths are the same values, one answer may be asked for alone, and may be written over what
 * was read. */
static void millionths(const lp_model *model) {
    static int64_t exact[FEATURES][HISTORY];
    lp_column given[FEATURES];
    lp_scores scores = {.struct_size = sizeof scores, .log_odds = exact[0]};
    size_t row, i;
    for (i = 0; i < FEATURES; i++) {
        given[i] = columns[i];
        given[i].values = NULL;
        given[i].millionths = exact[i];
        for (row = 0; row < HISTORY; row++) {
            const double value = values[i][row];
            exact[i][row] = isnan(value) ? INT64_MIN : (int64_t)(value * 1e6 + 0.5);
        }
    }
    CHECK(lp_model_score(model, given, FEATURES, HISTORY, &scores, NULL) == LP_STATUS_OK);
    CHECK(!memcmp(exact[0], log_odds, sizeof log_odds));
    /* Values that were transformed already: the centre adds nothing by the line. */
    scores.transformed = 1;
    CHECK(lp_model_score(model, given, FEATURES, HISTORY, &scores, NULL) == LP_STATUS_OK);
    CHECK(memcmp(exact[0], log_odds, sizeof log_odds) != 0);
}

static void what_it_is_made_of(const lp_model *model) {
    lp_term term = {.struct_size = sizeof term};
    lp_pair pair = {.struct_size = sizeof pair};
    CHECK(lp_model_term_at(model, 0, &term) == LP_STATUS_OK && same(term.name, "lines"));
    CHECK(term.transform == LP_TRANSFORM_LOG && term.weight > 0 && term.error > 0);
    CHECK(term.seen_low == 693147); /* ln(1 + 1) */
    CHECK(term.seen_low < term.centre && term.centre < term.seen_high);
    CHECK(term.step_count > 1);
    CHECK(lp_model_term_at(model, 2, &term) == LP_STATUS_OK && same(term.name, "earlier"));
    CHECK(term.step_count == 0 && term.weight < 0);
    CHECK(lp_model_term_at(model, FEATURES, &term) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_model_pair_at(model, 1, &pair) == LP_STATUS_OK);
    CHECK(pair.first.len > 0 && pair.second.len > 0);
    CHECK(lp_model_pair_at(model, 2, &pair) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_model_pair_at(model, SIZE_MAX, &pair) == LP_STATUS_BAD_ARGUMENT);
    term.struct_size = 3;
    CHECK(lp_model_term_at(model, 0, &term) == LP_STATUS_BAD_ARGUMENT);
}

static void fits_that_are_refused(void) {
    lp_fit fit = {.struct_size = sizeof fit};
    lp_model *model = NULL;
    lp_error *error = NULL;
    lp_column bent = columns[0];
    const double far[] = {1, INFINITY, 2};
    const uint8_t odd[] = {0, 1, 2};
    const uint8_t none[3] = {0};
#define FIT(columns, n, failed, count, fit)                                                       \
    told(lp_model_fit(columns, n, failed, count, fit, &model, &error), &error)
    CHECK(FIT(NULL, 1, failed, HISTORY, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(FIT(columns, SIZE_MAX, failed, HISTORY, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(FIT(columns, 1, NULL, HISTORY, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(FIT(columns, 1, failed, SIZE_MAX, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(FIT(columns, 1, odd, 3, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(FIT(columns, 1, none, 3, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(FIT(columns, 1, failed, 0, NULL) == LP_STATUS_BAD_ARGUMENT);
    fit.struct_size = 0;
    CHECK(FIT(columns, 1, failed, HISTORY, &fit) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_fit_additive(HISTORY, &fit, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_fit_additive(HISTORY, NULL, NULL) == LP_STATUS_BAD_ARGUMENT);
    fit.struct_size = sizeof fit;
    CHECK(lp_fit_additive(HISTORY, &fit, NULL) == LP_STATUS_OK);
    CHECK(fit.struct_size == sizeof fit && fit.strength == 1 && fit.half_life == 100);
    CHECK(fit.rounds == 400 && fit.pairs == 12 && fit.prior == NULL);
    fit.rounds = UINT32_MAX;
    CHECK(FIT(columns, 1, failed, HISTORY, &fit) == LP_STATUS_BAD_ARGUMENT);
    fit.rounds = 0;
    fit.prior = (const lp_model *)(const void *)columns;
    CHECK(FIT(columns, 1, failed, HISTORY, &fit) == LP_STATUS_BAD_ARGUMENT);
    bent.transform = 0;
    CHECK(FIT(&bent, 1, failed, HISTORY, NULL) == LP_STATUS_BAD_ARGUMENT);
    bent = columns[0];
    bent.bend = 9;
    CHECK(FIT(&bent, 1, failed, HISTORY, NULL) == LP_STATUS_BAD_ARGUMENT);
    bent = columns[0];
    bent.millionths = (const int64_t *)(const void *)values[0];
    CHECK(FIT(&bent, 1, failed, HISTORY, NULL) == LP_STATUS_BAD_ARGUMENT);
    bent = columns[0];
    bent.values = NULL;
    CHECK(FIT(&bent, 1, failed, HISTORY, NULL) == LP_STATUS_BAD_ARGUMENT);
    bent.values = (const double *)(const void *)((const char *)values + 1);
    CHECK(FIT(&bent, 1, failed, 3, NULL) == LP_STATUS_BAD_ARGUMENT);
    bent.values = far;
    CHECK(FIT(&bent, 1, failed, 3, NULL) == LP_STATUS_NUMBER_OUT_OF_RANGE);
    bent = columns[0];
    bent.name.ptr = "\xff";
    bent.name.len = 1;
    CHECK(FIT(&bent, 1, failed, HISTORY, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(FIT(((lp_column[]){columns[0], columns[0]}), 2, failed, HISTORY, NULL)
          == LP_STATUS_BAD_ARGUMENT);
    CHECK(told(lp_model_read(LP_STR("{"), &model, &error), &error) == LP_STATUS_SYNTAX);
    CHECK(told(lp_model_read(LP_STR("{}"), &model, &error), &error) == LP_STATUS_BAD_ARGUMENT);
    CHECK(model == NULL);
    CHECK(lp_model_fit(columns, 1, failed, HISTORY, NULL, NULL, NULL) == LP_STATUS_BAD_ARGUMENT);
}

static void scores_that_are_refused(const lp_model *model) {
    int64_t one = 7;
    lp_scores scores = {.struct_size = sizeof scores, .log_odds = &one};
    lp_column twice[] = {columns[0], columns[1], columns[2], columns[3], columns[3]};
    lp_error *error = NULL;
#define SCORE(columns, n, count, scores)                                                          \
    told(lp_model_score(model, columns, n, count, scores, &error), &error)
    CHECK(SCORE(columns, 3, 1, &scores) == LP_STATUS_BAD_ARGUMENT);
    CHECK(SCORE(twice, 5, 1, &scores) == LP_STATUS_BAD_ARGUMENT);
    CHECK(SCORE(NULL, FEATURES, 1, &scores) == LP_STATUS_BAD_ARGUMENT);
    CHECK(SCORE(columns, FEATURES, SIZE_MAX, &scores) == LP_STATUS_BAD_ARGUMENT);
    CHECK(SCORE(columns, FEATURES, 1, NULL) == LP_STATUS_BAD_ARGUMENT);
    scores.transformed = 2;
    CHECK(SCORE(columns, FEATURES, 1, &scores) == LP_STATUS_BAD_ARGUMENT);
    scores.transformed = 0;
    scores.contributions = &one;
    scores.contribution_count = 1;
    CHECK(SCORE(columns, FEATURES, 1, &scores) == LP_STATUS_BAD_ARGUMENT);
    scores.contribution_count = SIZE_MAX;
    CHECK(SCORE(columns, FEATURES, 1, &scores) == LP_STATUS_BAD_ARGUMENT);
    scores.contributions = NULL;
    scores.log_odds = (int64_t *)(void *)((char *)log_odds + 1);
    CHECK(SCORE(columns, FEATURES, 1, &scores) == LP_STATUS_BAD_ARGUMENT);
    scores.log_odds = &one;
    scores.probabilities = (uint32_t *)(void *)((char *)probabilities + 1);
    CHECK(SCORE(columns, FEATURES, 1, &scores) == LP_STATUS_BAD_ARGUMENT);
    scores.probabilities = NULL;
    twice[0].values = (const double[]){INFINITY};
    CHECK(SCORE(twice, FEATURES, 1, &scores) == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(one == 7);
    /* What the model does not look at may be anything. */
    twice[0] = columns[0];
    twice[4].name = LP_STR("other");
    twice[4].values = NULL;
    CHECK(lp_model_score(model, twice, 5, 1, &scores, NULL) == LP_STATUS_OK);
    CHECK(one == log_odds[0]);
    scores.log_odds = NULL;
    CHECK(lp_model_score(model, twice, 5, 1, &scores, NULL) == LP_STATUS_OK);
    CHECK(lp_model_score(model, twice, 5, 0, &scores, NULL) == LP_STATUS_OK);
}

/* Every second line is the answer to the one before it. */
static void the_answers_are_those_of_every_language(void) {
    lp_buf answer = {NULL, 0};
    lp_error *error = NULL;
    size_t len, asked = 0;
    char *text = read_model_file("risk.txt", &len), *at = text;
    while (at < text + len) {
        char *next = strchr(at, '\n') + 1, *end = strchr(next, '\n');
        const lp_str question = {at, (size_t)(next - 1 - at)};
        CHECK(lp_ask_risk(question, &answer, NULL) == LP_STATUS_OK);
        CHECK(answer.len == (size_t)(end - next) && !memcmp(answer.ptr, next, answer.len));
        lp_buf_free(&answer);
        at = end + 1;
        asked++;
    }
    free(text);
    CHECK(asked == 22);
    CHECK(lp_ask_risk(LP_STR("{\"joint\": {}}"), &answer, &error) == LP_STATUS_MISSING_FIELD);
    CHECK(error != NULL && answer.ptr == NULL);
    lp_error_free(error);
    CHECK(lp_ask_risk(LP_STR("{\"joint\": {\"said\": [1000000001]}}"), &answer, NULL)
          == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_ask_risk(LP_STR(""), &answer, NULL) != LP_STATUS_OK);
    CHECK(lp_ask_risk(LP_STR("{}"), NULL, NULL) == LP_STATUS_BAD_ARGUMENT);
}

/* NULL, and what is another object, is refused. */
static void no_objects(void) {
    lp_engine *engine = NULL;
    const lp_model *other;
    lp_fitted whole = {.struct_size = sizeof whole};
    lp_term term = {.struct_size = sizeof term};
    lp_pair pair = {.struct_size = sizeof pair};
    lp_scores scores = {.struct_size = sizeof scores};
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    other = (const lp_model *)(const void *)engine;
    CHECK(lp_model_whole(NULL, &whole) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_model_whole(other, &whole) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_model_term_at(NULL, 0, &term) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_model_pair_at(other, 0, &pair) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_model_score(other, columns, FEATURES, 1, &scores, NULL) == LP_STATUS_BAD_ARGUMENT);
    lp_model_free((lp_model *)(void *)engine);
    lp_model_free(NULL);
    lp_engine_free(engine);
}

int main(void) {
    lp_model *model;
    begin();
    model = sample();
    the_bytes_are_those_of_every_language(model);
    the_scores_are_those_of_every_language(model);
    millionths(model);
    what_it_is_made_of(model);
    fits_that_are_refused();
    scores_that_are_refused(model);
    the_answers_are_those_of_every_language();
    no_objects();
    lp_model_free(model);
    if (failures == 0) {
        puts("c: model passed");
    }
    return failures == 0 ? 0 : 1;
}
