/* What the programs that make everything go wrong share: a call is refused with a status, and the
 * status is noted, so that none is forgotten. */
#ifndef LYNCHPIN_TESTS_FAULTS_H
#define LYNCHPIN_TESTS_FAULTS_H

#include <stdlib.h>
#include <string.h>

#include "lynchpin.h"
#include "sample.h"

#define STATUS_MAX 2000

static unsigned char seen[STATUS_MAX];

static lp_str text_of(const char *text) {
    lp_str out;
    out.ptr = text;
    out.len = strlen(text);
    return out;
}

/* A call failed with that status, and its error says so too. */
static void expect(uint32_t status, lp_error *const *place, uint32_t wanted, const char *what) {
    lp_error *error = *place; /* read after the call, whatever the order of arguments */
    lp_problem problem;
    lp_buf json = {NULL, 0};
    if (status != wanted) {
        lp_str message = lp_error_message(error);
        fprintf(stderr, "%.60s: status %u, expected %u: %.*s\n", what, status, wanted,
                (int)message.len, message.len == 0 ? "" : message.ptr);
        failures++;
    }
    if (status < STATUS_MAX) {
        seen[status] = 1;
    }
    CHECK(error != NULL);
    CHECK(lp_error_status(error) == status);
    CHECK(lp_error_message(error).len > 0);
    CHECK(lp_error_problem_count(error) > 0);
    problem.struct_size = sizeof problem;
    CHECK(lp_error_problem_at(error, 0, &problem) == LP_STATUS_OK);
    CHECK(problem.code == status && problem.message.len > 0);
    CHECK(lp_error_json(error, &json) == LP_STATUS_OK);
    CHECK(json.len > 0 && strncmp(json.ptr, "{\"problems\":[{\"code\":\"", 22) == 0);
    lp_buf_free(&json);
    lp_error_free(error);
}

static void refuse_portfolio(const char *document, size_t len, uint32_t wanted) {
    lp_engine *engine = NULL;
    lp_error *error = NULL;
    lp_str bytes;
    bytes.ptr = document;
    bytes.len = len;
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    expect(lp_engine_load(engine, bytes, &error), &error, wanted, document);
    lp_engine_free(engine);
}

static void refuse_policy(const char *document, uint32_t wanted) {
    lp_engine *engine = NULL;
    lp_error *error = NULL;
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    expect(lp_engine_set_policy(engine, text_of(document), &error), &error, wanted, document);
    lp_engine_free(engine);
}

/* `times` copies of a text between two others; the caller frees it. */
static char *repeated(const char *before, const char *text, size_t times, const char *after) {
    size_t size = strlen(text), head = strlen(before), i;
    char *out = malloc(head + size * times + strlen(after) + 1);
    if (out == NULL) {
        abort();
    }
    memcpy(out, before, head);
    for (i = 0; i < times; i++) {
        memcpy(out + head + i * size, text, size);
    }
    memcpy(out + head + times * size, after, strlen(after) + 1);
    return out;
}

static void refuse_repeated(const char *before, const char *text, size_t times, const char *after,
                            uint32_t wanted) {
    char *document = repeated(before, text, times, after);
    refuse_portfolio(document, strlen(document), wanted);
    free(document);
}

#endif
