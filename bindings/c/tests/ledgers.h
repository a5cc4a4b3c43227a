/* Ledgers that are refused, and requests that a ledger refuses. */
#ifndef LYNCHPIN_TESTS_LEDGERS_H
#define LYNCHPIN_TESTS_LEDGERS_H

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults.h"
#include "folder.h"
#include "ledger.h"

static void refuse_request(lp_ledger *ledger, const char *text, uint32_t wanted) {
    lp_buf reply = {NULL, 0};
    lp_error *error = NULL;
    expect(lp_ledger_request(ledger, text_of(text), &reply, &error), &error, wanted, text);
    CHECK(reply.ptr == NULL && reply.len == 0);
}

/* A ledger in a file, with one person in it if one is named; closed again. Gives its checkpoint,
 * which the caller frees. */
static char *kept_in(const char *path, const char *drafts) {
    lp_ledger_options options = with_secret();
    lp_ledger *ledger = NULL;
    char *note;
    CHECK(lp_ledger_create(text_of(path), ORIGIN, &options, &ledger, NULL) == LP_STATUS_OK);
    if (drafts != NULL) {
        request(ledger, drafts);
    }
    note = checkpoint_of(ledger);
    lp_ledger_free(ledger);
    return note;
}

static void refuse_open(const char *path, const lp_ledger_options *options, uint32_t wanted) {
    lp_ledger *ledger = NULL;
    lp_error *error = NULL;
    expect(lp_ledger_open(text_of(path), options, &ledger, &error), &error, wanted, path);
    CHECK(ledger == NULL);
}

static void refuse_create(const char *path, const char *origin, const lp_ledger_options *options,
                          uint32_t wanted) {
    lp_ledger *ledger = NULL;
    lp_error *error = NULL;
    expect(lp_ledger_create(text_of(path), text_of(origin), options, &ledger, &error), &error,
           wanted, path);
    CHECK(ledger == NULL);
}

static void write_over(const char *path, long at, const char *bytes, size_t len) {
    FILE *file = fopen(path, at == 0 ? "wb" : "r+b");
    CHECK(file != NULL && fseek(file, at, SEEK_SET) == 0);
    CHECK(fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

/* What is at a path is not the ledger that it should be. */
static void refused_files(void) {
    char folder[] = FOLDER, path[64], other[64], garbage[4096];
    lp_ledger_options options = with_secret();
    char *longer, *shorter;
    begin_folder(folder);
    path_in(folder, "none", path);
    refuse_open(path, &options, LP_STATUS_IO);
    refuse_create(":memory:", "acme", &options, LP_STATUS_STORE_UNSAFE);
    refuse_open("", &options, LP_STATUS_BAD_ARGUMENT);
    refuse_create(path, "two words", NULL, LP_STATUS_CHECKPOINT_INVALID);
    path_in(folder, "text", path);
    memset(garbage, 'x', sizeof garbage);
    write_over(path, 0, garbage, sizeof garbage);
    refuse_open(path, &options, LP_STATUS_STORE_FOREIGN);

    path_in(folder, "longer", path);
    path_in(folder, "shorter", other);
    longer = kept_in(path, APPEND(PERSON("ann", "") ", " PERSON("bob", "")));
    shorter = kept_in(other, APPEND(PERSON("eve", "")));
    refuse_create(path, "acme.example/others", NULL, LP_STATUS_STORE_FOREIGN);
    options.since = text_of(longer);
    refuse_open(other, &options, LP_STATUS_LEDGER_ROLLED_BACK);
    options.since = text_of(shorter);
    refuse_open(path, &options, LP_STATUS_LEDGER_TAMPERED);
    options.since = LP_STR("a checkpoint");
    refuse_open(path, &options, LP_STATUS_CHECKPOINT_INVALID);
    free(longer);
    free(shorter);

    options = with_secret();
    memset(garbage, 0xff, sizeof garbage);
    write_over(path, 4096, garbage, sizeof garbage);
    refuse_open(path, &options, LP_STATUS_STORE_CORRUPT);
    end_folder(folder);
}

static void refused_options(void) {
    lp_ledger_options options = with_secret();
    lp_ledger *ledger = NULL;
    lp_error *error = NULL;
    size_t size;
    options.key = LP_STR("a key");
    expect(lp_ledger_in_memory(ORIGIN, &options, &ledger, &error), &error,
           LP_STATUS_KEY_MALFORMED, "a key");
    options = with_secret();
    for (size = 0; size < sizeof options; size++) {
        options.struct_size = size;
        CHECK(lp_ledger_in_memory(ORIGIN, &options, &ledger, NULL) == LP_STATUS_BAD_ARGUMENT);
    }
    options.struct_size = (size_t)-1;
    CHECK(lp_ledger_in_memory(ORIGIN, &options, &ledger, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(ledger == NULL);
}

static void refused_requests(void) {
    lp_ledger *ledger = in_memory(), *unsigned_ledger = NULL;
    lp_appended appended = {.struct_size = sizeof appended};
    lp_buf reply, proved = {NULL, 0};
    lp_error *error = NULL;
    lp_str key;
    char *note;
    request(ledger, APPEND(PERSON("ann", "\"id\": \"msg-1\",")));
    refuse_request(ledger, APPEND(PERSON("bob", "\"id\": \"msg-1\",")), LP_STATUS_DUPLICATE_ID);
    refuse_request(ledger, APPEND("{\"kind\": \"peoples\", \"fact\": {}}"),
                   LP_STATUS_FACT_KIND_UNKNOWN);
    refuse_request(ledger,
                   APPEND("{\"kind\": \"cancellations\", \"fact\": {\"change\": \"C-1\","
                          " \"at\": \"2026-11-02T09:00:00Z\", \"by\": \"ann\"}}"),
                   LP_STATUS_TIME_ORDER);
    refuse_request(ledger, "{\"receipt\": {\"sequence\": 9}}", LP_STATUS_FACT_UNKNOWN);
    refuse_request(ledger, "{\"burn\": {}}", LP_STATUS_UNKNOWN_WORD);
    refuse_request(ledger, "{\"head\": {\"size\": 1}}", LP_STATUS_UNKNOWN_FIELD);
    refuse_request(ledger, "", LP_STATUS_SYNTAX);
    CHECK(lp_ledger_in_memory(ORIGIN, NULL, &unsigned_ledger, NULL) == LP_STATUS_OK);
    refuse_request(unsigned_ledger, "{\"checkpoint\": {}}", LP_STATUS_NOT_SIGNED);
    lp_ledger_free(unsigned_ledger);

    /* The right key, and a checkpoint where a receipt should be. */
    reply = reply_to(ledger, "{\"head\": {}}");
    note = checkpoint_of(ledger);
    key.ptr = strstr(reply.ptr, "\"key\":\"") + 7;
    key.len = strcspn(key.ptr, "\"");
    expect(lp_receipt_prove(text_of(note), key, &proved, &error), &error,
           LP_STATUS_RECEIPT_INVALID, note);
    CHECK(proved.ptr == NULL);
    lp_buf_free(&reply);
    free(note);

    /* The struct is looked at before anything is appended. */
    appended.struct_size = 7;
    CHECK(lp_ledger_append(ledger, LP_STR(SAMPLE_PORTFOLIO), LP_ANY_SIZE, SAMPLE_AT, &appended,
                           NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_ledger_append(ledger, LP_STR(SAMPLE_PORTFOLIO), LP_ANY_SIZE, SAMPLE_AT, NULL, NULL)
          == LP_STATUS_BAD_ARGUMENT);
    appended.struct_size = sizeof appended;
    CHECK(lp_ledger_append(ledger, LP_STR(SAMPLE_PORTFOLIO), LP_ANY_SIZE, -1, &appended, NULL)
          == LP_STATUS_INSTANT_MALFORMED);
    CHECK(lp_ledger_append(ledger, LP_STR("{"), LP_ANY_SIZE, SAMPLE_AT, &appended, NULL)
          == LP_STATUS_SYNTAX);
    CHECK(lp_ledger_append(ledger, LP_STR(SAMPLE_PORTFOLIO), 1, SAMPLE_AT, &appended, NULL)
          == LP_STATUS_OK);
    CHECK(!appended.conflict && appended.added > 9 && appended.size == 1 + appended.added);
    CHECK(appended.recorded == SAMPLE_AT);
    lp_ledger_free(ledger);
}

/* The functions of a host that do what they must not. */
struct host {
    lp_ledger *ledger;
    unsigned calls;
};

static int32_t calls_back(void *data, const char *text, size_t len, uint8_t *signature_out) {
    struct host *host = data;
    lp_snapshot *snapshot = NULL;
    lp_error *error = NULL;
    host->calls++;
    CHECK(text != NULL && len > 20 && signature_out != NULL);
    if (host->ledger != NULL) {
        refuse_request(host->ledger, "{\"head\": {}}", LP_STATUS_REENTRANT);
        expect(lp_ledger_snapshot(host->ledger, &snapshot, &error), &error, LP_STATUS_REENTRANT,
               "a snapshot within a call");
        CHECK(snapshot == NULL);
    }
    return 7;
}

static int32_t refuses_all(void *data, const char *checkpoint, size_t len) {
    ((struct host *)data)->calls++;
    CHECK(checkpoint != NULL && len > 20);
    return 1;
}

static void refusing_hosts(void) {
    struct host host = {NULL, 0};
    lp_ledger *ledger = in_memory();
    lp_buf reply = reply_to(ledger, "{\"head\": {}}");
    lp_ledger_options options = {.struct_size = sizeof options};
    const char *key = strstr(reply.ptr, "\"key\":\"");
    lp_ledger_free(ledger);
    ledger = NULL;
    options.signer = calls_back;
    options.signer_data = &host;
    CHECK(lp_ledger_in_memory(ORIGIN, &options, &ledger, NULL) == LP_STATUS_KEY_MALFORMED);
    CHECK(ledger == NULL && key != NULL);
    options.key.ptr = key == NULL ? "" : key + 7;
    options.key.len = strcspn(options.key.ptr, "\"");
    CHECK(lp_ledger_in_memory(ORIGIN, &options, &ledger, NULL) == LP_STATUS_OK);
    host.ledger = ledger;
    refuse_request(ledger, "{\"checkpoint\": {}}", LP_STATUS_NOT_SIGNED);
    request(ledger, "{\"head\": {}}");
    CHECK(host.calls == 1);
    lp_ledger_free(ledger);
    lp_buf_free(&reply);

    ledger = NULL;
    options = with_secret();
    options.anchor = refuses_all;
    options.anchor_data = &host;
    CHECK(lp_ledger_in_memory(ORIGIN, &options, &ledger, NULL) == LP_STATUS_OK);
    refuse_request(ledger, "{\"checkpoint\": {}}", LP_STATUS_NOT_ANCHORED);
    request(ledger, APPEND(PERSON("ann", "")));
    CHECK(host.calls == 2);
    lp_ledger_free(ledger);
}

/* What was erased stays known to who has the key; who has not cannot tell what it meant. */
static void erased_ledgers(void) {
    char folder[] = FOLDER, path[64];
    lp_ledger_options options = with_secret(), keyless = {.struct_size = sizeof keyless};
    lp_ledger *ledger = NULL;
    begin_folder(folder);
    path_in(folder, "erased", path);
    free(kept_in(path, APPEND(PERSON("ann", ""))));
    CHECK(lp_ledger_open(text_of(path), &options, &ledger, NULL) == LP_STATUS_OK);
    refuse_request(ledger,
                   "{\"erase\": {\"from\": 9, \"by\": \"dpo\","
                   " \"clock\": \"2026-11-03T09:00:00Z\"}}",
                   LP_STATUS_ERASURE_REFUSED);
    request(ledger, "{\"erase\": {\"from\": 1, \"by\": \"dpo\","
                    " \"clock\": \"2026-11-03T09:00:00Z\"}}");
    lp_ledger_free(ledger);
    refuse_open(path, &keyless, LP_STATUS_ENTRY_ERASED);
    ledger = NULL;
    CHECK(lp_ledger_open(text_of(path), &options, &ledger, NULL) == LP_STATUS_OK);
    request(ledger, "{\"verify\": {}}");
    lp_ledger_free(ledger);
    end_folder(folder);
}

/* A child is told that the ledger is its parent's, which loses nothing through it. */
static void forked_ledgers(void) {
    char folder[] = FOLDER, path[64];
    lp_ledger_options options = with_secret();
    lp_ledger *ledger = NULL, *memory = in_memory();
    int status = 1;
    pid_t child;
    begin_folder(folder);
    path_in(folder, "forked", path);
    CHECK(lp_ledger_create(text_of(path), ORIGIN, &options, &ledger, NULL) == LP_STATUS_OK);
    request(ledger, APPEND(PERSON("ann", "")));
    (void)fflush(stderr);
    child = fork();
    if (child == 0) {
        unsigned before = failures;
        lp_snapshot *snapshot = NULL;
        refuse_request(ledger, "{\"head\": {}}", LP_STATUS_STORE_FORKED);
        refuse_request(memory, "{\"head\": {}}", LP_STATUS_STORE_FORKED);
        CHECK(lp_ledger_snapshot(ledger, &snapshot, NULL) == LP_STATUS_STORE_FORKED);
        lp_ledger_free(ledger);
        ledger = NULL;
        CHECK(lp_ledger_open(text_of(path), &options, &ledger, NULL) == LP_STATUS_OK);
        request(ledger, APPEND(PERSON("bob", "")));
        lp_ledger_free(ledger);
        _exit(failures == before ? 0 : 1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    seen[LP_STATUS_STORE_FORKED] = 1;
    request(ledger, APPEND(PERSON("cid", "")));
    request(ledger, "{\"receipt\": {\"sequence\": 3}}");
    lp_ledger_free(ledger);
    lp_ledger_free(memory);
    end_folder(folder);
}

static void null_ledgers(void) {
    lp_ledger *ledger = in_memory(), *other = NULL;
    lp_snapshot *snapshot = NULL;
    lp_appended appended = {.struct_size = sizeof appended};
    lp_buf buf = {NULL, 0};
    lp_str lying = {NULL, 7};
#define BAD(call) CHECK((call) == LP_STATUS_BAD_ARGUMENT)
    BAD(lp_ledger_create(LP_STR("x"), ORIGIN, NULL, NULL, NULL));
    BAD(lp_ledger_create(lying, ORIGIN, NULL, &other, NULL));
    BAD(lp_ledger_create(LP_STR("a\0b"), ORIGIN, NULL, &other, NULL));
    BAD(lp_ledger_open(LP_STR("x"), NULL, NULL, NULL));
    BAD(lp_ledger_open(lying, NULL, &other, NULL));
    BAD(lp_ledger_in_memory(ORIGIN, NULL, NULL, NULL));
    BAD(lp_ledger_in_memory(lying, NULL, &other, NULL));
    BAD(lp_ledger_request(NULL, LP_STR("{}"), &buf, NULL));
    BAD(lp_ledger_request(ledger, lying, &buf, NULL));
    BAD(lp_ledger_request(ledger, LP_STR("{}"), NULL, NULL));
    BAD(lp_ledger_append(NULL, LP_STR("{}"), 0, 0, &appended, NULL));
    BAD(lp_ledger_append(ledger, lying, 0, 0, &appended, NULL));
    BAD(lp_ledger_set_policy(NULL, LP_STR(""), NULL));
    BAD(lp_ledger_set_policy(ledger, lying, NULL));
    BAD(lp_ledger_snapshot(NULL, &snapshot, NULL));
    BAD(lp_ledger_snapshot(ledger, NULL, NULL));
    BAD(lp_receipt_prove(lying, LP_STR(""), &buf, NULL));
    BAD(lp_receipt_prove(LP_STR(""), lying, &buf, NULL));
    BAD(lp_receipt_prove(LP_STR(""), LP_STR(""), NULL, NULL));
    /* Objects of another type. */
    CHECK(lp_ledger_snapshot(ledger, &snapshot, NULL) == LP_STATUS_OK);
    BAD(lp_ledger_request((lp_ledger *)(void *)snapshot, LP_STR("{\"head\": {}}"), &buf, NULL));
    BAD(lp_engine_load((lp_engine *)(void *)ledger, LP_STR("{}"), NULL));
    lp_ledger_free((lp_ledger *)(void *)snapshot);
    lp_engine_free((lp_engine *)(void *)ledger);
    CHECK(other == NULL && buf.ptr == NULL);
#undef BAD
    lp_snapshot_free(snapshot);
    lp_ledger_free(ledger);
    lp_ledger_free(NULL);
}

static void refused_ledgers(void) {
    refused_files();
    refused_options();
    refused_requests();
    refusing_hosts();
    erased_ledgers();
    forked_ledgers();
    null_ledgers();
}

#endif
