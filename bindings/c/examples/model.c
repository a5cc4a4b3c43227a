/*
 * A risk model that is fitted to what became of earlier changes, and what it says of them and why.
 *
 *     cc model.c $(pkg-config --cflags --libs lynchpin) -o model && ./model
 *
 * Ends with 1, since some of these changes are more likely to fail than not.
 */
#include <stdio.h>

#include "lynchpin.h"

static int fail(lp_error *error) {
    lp_str message = lp_error_message(error);
    fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
    lp_error_free(error);
    return 2;
}

static void tell(const lp_model *model) {
    size_t i;
    lp_term term = {.struct_size = sizeof term};
    lp_fitted whole = {.struct_size = sizeof whole};
    if (lp_model_whole(model, &whole) == LP_STATUS_OK) {
        printf("%.*s, of %u changes\n", (int)whole.digest.len, whole.digest.ptr,
               (unsigned)whole.changes);
    }
    for (i = 0; lp_model_term_at(model, i, &term) == LP_STATUS_OK; i++) {
        printf("%.*s: %+.3f a unit, give or take %.3f\n", (int)term.name.len, term.name.ptr,
               (double)term.weight / 1e9, (double)term.error / 1e9);
    }
}

/* How many of the changes are more likely to fail than not by a model of lines and steps. */
static int risky(const lp_column *columns, const uint8_t *failed) {
    size_t i;
    int found = 0;
    uint32_t probabilities[8];
    lp_model *model = NULL;
    lp_error *error = NULL;
    lp_scores scores = {.struct_size = sizeof scores, .probabilities = probabilities};
    lp_fit fit = {.struct_size = sizeof fit};
    if (lp_fit_additive(8, &fit, &error) == LP_STATUS_OK) {
        fit.rounds = 50;
    }
    if (lp_model_fit(columns, 2, failed, 8, &fit, &model, &error) != LP_STATUS_OK
        || lp_model_score(model, columns, 2, 8, &scores, &error) != LP_STATUS_OK) {
        lp_model_free(model);
        return fail(error);
    }
    for (i = 0; i < 8; i++) {
        found += probabilities[i] > 500000000;
    }
    lp_model_free(model);
    return found > 0;
}

/* What the chances come to of two changes that ship together. */
static int together(void) {
    lp_error *error = NULL;
    lp_buf together = {NULL, 0};
    const char *two = "{\"joint\": {\"said\": [100000000, 200000000]}}";
    if (lp_ask_risk(LP_TEXT(two), &together, &error) == LP_STATUS_OK) {
        puts(together.ptr);
    }
    lp_buf_free(&together);
    return error == NULL ? 0 : fail(error);
}

int main(void) {
    const double lines[] = {3, 900, 12, 40, 700, 2, 350, 8};
    const double services[] = {1, 3, 1, 1, 4, 1, 2, 1};
    const uint8_t failed[] = {0, 1, 0, 0, 1, 0, 1, 0};
    uint32_t probabilities[8];
    size_t i;
    lp_scores scores = {.struct_size = sizeof scores, .probabilities = probabilities};
    lp_model *model = NULL;
    lp_error *error = NULL;
    lp_column columns[] = {
        {.name = LP_STR("lines"), .transform = LP_TRANSFORM_LOG, .bend = LP_BEND_RISING,
         .values = lines},
        {.name = LP_STR("services"), .transform = LP_TRANSFORM_PLAIN, .bend = LP_BEND_FREE,
         .values = services},
    };
    if (lp_model_fit(columns, 2, failed, 8, NULL, &model, &error) == LP_STATUS_OK
        && lp_model_score(model, columns, 2, 8, &scores, &error) == LP_STATUS_OK) {
        for (i = 0; i < 8; i++) {
            printf("%.3f\n", probabilities[i] / 1e9);
        }
    }
    if (error != NULL) {
        lp_model_free(model);
        return fail(error);
    }
    tell(model);
    lp_model_free(model);
    return together() != 0 ? 2 : risky(columns, failed);
}
