/* What the programs that use ledgers share. */
#ifndef LYNCHPIN_TESTS_LEDGER_H
#define LYNCHPIN_TESTS_LEDGER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lynchpin.h"
#include "sample.h"

#define ORIGIN LP_STR("acme.example/releases")
#define CLOCK "\"clock\": \"2026-11-01T09:00:00Z\""
#define APPEND(drafts) "{\"append\": {" CLOCK ", \"drafts\": [" drafts "]}}"
#define PERSON(id, more) \
    "{\"kind\": \"people\", " more " \"fact\": {\"id\": \"" id "\"}}"

static const uint8_t ledger_secret[32] = {7};

static inline lp_ledger_options with_secret(void) {
    lp_ledger_options options = {.struct_size = sizeof options, .secret = ledger_secret};
    return options;
}

/* A ledger in memory that signs. */
static inline lp_ledger *in_memory(void) {
    lp_ledger_options options = with_secret();
    lp_ledger *ledger = NULL;
    CHECK(lp_ledger_in_memory(ORIGIN, &options, &ledger, NULL) == LP_STATUS_OK);
    return ledger;
}

/* A request that goes well; the caller frees the reply. */
static inline lp_buf reply_to(lp_ledger *ledger, const char *request) {
    lp_buf reply = {NULL, 0};
    lp_error *error = NULL;
    CHECK(lp_ledger_request(ledger, LP_TEXT(request), &reply, &error) == LP_STATUS_OK);
    if (error != NULL) {
        fprintf(stderr, "%s: %.*s\n", request, (int)lp_error_message(error).len,
                lp_error_message(error).ptr);
    }
    lp_error_free(error);
    return reply;
}

static inline void request(lp_ledger *ledger, const char *text) {
    lp_buf reply = reply_to(ledger, text);
    lp_buf_free(&reply);
}

/* The text in a reply of one name, such as {"checkpoint": "..."}; line breaks are written as \n in
 * it. The caller frees it. */
static inline char *text_in(lp_buf reply) {
    const char *from = reply.ptr == NULL ? NULL : strstr(reply.ptr, "\":\"");
    char *out = calloc(reply.len + 1, 1);
    size_t len = 0;
    if (out == NULL || from == NULL) {
        abort();
    }
    for (from += 3; *from != '"' && *from != '\0'; from++) {
        if (from[0] == '\\' && from[1] == 'n') {
            from++;
            out[len++] = '\n';
        } else {
            out[len++] = *from;
        }
    }
    return out;
}

static inline char *checkpoint_of(lp_ledger *ledger) {
    lp_buf reply = reply_to(ledger, "{\"checkpoint\": {}}");
    char *note = text_in(reply);
    lp_buf_free(&reply);
    return note;
}

#endif
