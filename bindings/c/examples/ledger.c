/*
 * A ledger: append what is known, enter production if it may, keep the proof.
 *
 *     cc ledger.c $(pkg-config --cflags --libs lynchpin) -o ledger && ./ledger
 *
 * Without a path it works on a file of its own, which it removes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lynchpin.h"
#include "release.h"

/* Whoever has it signs for the ledger: 32 bytes from a good source of randomness, kept secret. */
static const uint8_t secret[32] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
                                   7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};

static int fail(lp_error *error) {
    lp_str message = lp_error_message(error);
    fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
    lp_error_free(error);
    return 2;
}

static int append(lp_ledger *ledger, int64_t clock) {
    lp_error *error = NULL;
    lp_appended appended = {.struct_size = sizeof appended};
    if (lp_ledger_append(ledger, LP_TEXT(portfolio), LP_ANY_SIZE, clock, &appended, &error)
        == LP_STATUS_OK) {
        printf("%u facts are new\n", (unsigned)appended.added);
    }
    return error == NULL ? 0 : fail(error);
}

/* What would be answered now, without recording it. */
static int look(lp_ledger *ledger, int64_t clock) {
    lp_snapshot *snapshot = NULL;
    lp_decision *decision = NULL;
    lp_error *error = NULL;
    if (lp_ledger_snapshot(ledger, &snapshot, &error) == LP_STATUS_OK
        && lp_snapshot_decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"),
                              LP_STR("production"), clock, &decision, &error) == LP_STATUS_OK) {
        puts(lp_decision_is_go(decision) ? "go" : "no go");
    }
    lp_decision_free(decision);
    lp_snapshot_free(snapshot);
    return error == NULL ? 0 : fail(error);
}

/* Enters production; 0 if it did, 1 if it is refused. */
static int enter(lp_ledger *ledger) {
    int refused = 1;
    lp_error *error = NULL;
    lp_buf reply = {NULL, 0};
    const char *claim = "{\"claim\": {\"subject\": {\"release\": \"R-11\"},"
                        " \"stage\": \"production\", \"by\": \"mei\", \"id\": \"ship-R-11\","
                        " \"clock\": \"2026-11-03T10:00:00Z\"}}";
    if (lp_ledger_request(ledger, LP_TEXT(claim), &reply, &error) == LP_STATUS_OK) {
        puts(reply.ptr);
    }
    refused = reply.ptr == NULL || strncmp(reply.ptr, "{\"claimed\":", 11) != 0;
    lp_buf_free(&reply);
    return error == NULL ? refused : fail(error);
}

/* Checks a receipt as whoever deploys does, who has the key and not the ledger. */
static int prove(lp_str receipt, lp_str key) {
    lp_error *error = NULL;
    lp_buf proved = {NULL, 0};
    if (lp_receipt_prove(receipt, key, &proved, &error) == LP_STATUS_OK) {
        puts(proved.ptr);
    }
    lp_buf_free(&proved);
    return error == NULL ? 0 : fail(error);
}

/* The text behind a name in a reply. A program of your own has a library that reads JSON. */
static lp_buf text_of(lp_buf reply, const char *name) {
    lp_buf text = {calloc(reply.len + 1, 1), 0};
    const char *from = strstr(reply.ptr, name);
    if (text.ptr == NULL || from == NULL) {
        return text;
    }
    for (from += strlen(name); *from != '"' && *from != '\0'; from++) {
        bool breaks = from[0] == '\\' && from[1] == 'n';
        text.ptr[text.len++] = breaks ? '\n' : *from;
        from += breaks;
    }
    return text;
}

static int first_receipt(lp_ledger *ledger) {
    lp_error *error = NULL;
    lp_buf head = {NULL, 0}, reply = {NULL, 0};
    int ended = 2;
    if (lp_ledger_request(ledger, LP_STR("{\"receipt\": {\"sequence\": 1}}"), &reply, &error)
            == LP_STATUS_OK
        && lp_ledger_request(ledger, LP_STR("{\"head\": {}}"), &head, &error) == LP_STATUS_OK) {
        lp_buf receipt = text_of(reply, "\"receipt\":\""), key = text_of(head, "\"key\":\"");
        ended = prove((lp_str){receipt.ptr, receipt.len}, (lp_str){key.ptr, key.len});
        free(receipt.ptr);
        free(key.ptr);
    }
    lp_buf_free(&head);
    lp_buf_free(&reply);
    return error == NULL ? ended : fail(error);
}

static int run(const char *path) {
    lp_error *error = NULL;
    int64_t clock = 0;
    int ended;
    if (lp_instant_parse(LP_STR("2026-11-03T10:00:00Z"), &clock, &error) != LP_STATUS_OK) {
        return fail(error);
    }
    lp_ledger *ledger = NULL;
    lp_ledger_options options = {.struct_size = sizeof options, .secret = secret};
    uint32_t status = lp_ledger_create(LP_TEXT(path), LP_STR("acme.example/releases"), &options,
                                       &ledger, &error);
    if (status != LP_STATUS_OK
        || (status = lp_ledger_set_policy(ledger, LP_TEXT(policy), &error)) != LP_STATUS_OK) {
        lp_ledger_free(ledger);
        return fail(error);
    }
    ended = append(ledger, clock);
    if (ended == 0) {
        ended = look(ledger, clock);
    }
    if (ended == 0) {
        ended = first_receipt(ledger);
    }
    if (ended == 0) {
        ended = enter(ledger);
    }
    lp_ledger_free(ledger);
    return ended;
}

int main(int count, char **arguments) {
    const char *own = "example.ledger";
    int ended = run(count > 1 ? arguments[1] : own);
    if (count < 2) {
        (void)remove(own);
    }
    return ended;
}
