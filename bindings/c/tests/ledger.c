/* A ledger as programs use it: appended to, looked at, signed by the host, shared by threads. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lynchpin.h"
#include "folder.h"
#include "ledger.h"

#define CLAIM(change, stage, id)                                                                  \
    "{\"claim\": {\"subject\": {\"change\": \"" change "\"}, \"stage\": \"" stage "\","         \
    " \"by\": \"raj\", \"id\": \"" id "\", \"clock\": \"2026-11-04T00:00:00Z\"}}"

static int begins(lp_buf text, const char *with) {
    return text.ptr != NULL && strncmp(text.ptr, with, strlen(with)) == 0;
}

/* A request whose reply begins so. */
static void replies(lp_ledger *ledger, const char *text, const char *with) {
    lp_buf reply = reply_to(ledger, text);
    if (!begins(reply, with)) {
        fprintf(stderr, "%s: replied %s\n", text, reply.ptr == NULL ? "nothing" : reply.ptr);
        failures++;
    }
    lp_buf_free(&reply);
}

/* What is recorded is decided on, by all the questions that there are. */
static void facts_are_decided_on(lp_ledger *ledger) {
    lp_appended appended = {.struct_size = sizeof appended};
    lp_snapshot *snapshot = NULL, *before = NULL;
    lp_decision *decision = NULL;
    lp_ids *ids = NULL;
    CHECK(lp_ledger_set_policy(ledger, LP_STR(SAMPLE_POLICY), NULL) == LP_STATUS_OK);
    CHECK(lp_ledger_snapshot(ledger, &before, NULL) == LP_STATUS_OK);
    CHECK(lp_ledger_append(ledger, LP_STR(SAMPLE_PORTFOLIO), 0, SAMPLE_AT, &appended, NULL)
          == LP_STATUS_OK);
    CHECK(!appended.conflict && appended.from == 0 && appended.size == appended.added);
    CHECK(appended.added == 19 && appended.recorded == SAMPLE_AT);
    /* What is there already has no second effect, whatever it was decided on. */
    CHECK(lp_ledger_append(ledger, LP_STR(SAMPLE_PORTFOLIO), 0, SAMPLE_AT, &appended, NULL)
          == LP_STATUS_OK);
    CHECK(!appended.conflict && appended.added == 0 && appended.size == 19);
    /* Who looked at less than there is has to look again. */
    CHECK(lp_ledger_append(ledger, LP_STR(LATE_PORTFOLIO), 7, SAMPLE_AT, &appended, NULL)
          == LP_STATUS_OK);
    CHECK(appended.conflict && appended.from == 8 && appended.size == 19 && appended.added == 0);
    CHECK(appended.recorded == 0);

    CHECK(lp_ledger_snapshot(ledger, &snapshot, NULL) == LP_STATUS_OK);
    CHECK(lp_snapshot_decide(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-6"), LP_STR("staging"),
                             SAMPLE_AT, &decision, NULL) == LP_STATUS_OK);
    CHECK(lp_decision_is_go(decision));
    CHECK(lp_snapshot_changes(snapshot, SAMPLE_AT, &ids, NULL) == LP_STATUS_OK);
    CHECK(lp_ids_all(ids).len == 8);
    lp_ids_free(ids);
    CHECK(lp_snapshot_changes(before, SAMPLE_AT, &ids, NULL) == LP_STATUS_OK);
    CHECK(lp_ids_all(ids).len == 0);
    lp_ids_free(ids);
    lp_decision_free(decision);
    lp_snapshot_free(before);
    lp_snapshot_free(snapshot);
}

/* A claim is made once, with a receipt that anybody can check. */
static void claims_are_proved(lp_ledger *ledger) {
    lp_buf first, again, proved = {NULL, 0};
    char *receipt;
    lp_str key;
    request(ledger, APPEND("{\"kind\": \"changes\", \"fact\": {\"id\": \"C-20\", \"revision\": 1,"
                           " \"at\": \"2026-11-01T09:00:00Z\", \"by\": \"raj\"}}"));
    first = reply_to(ledger, CLAIM("C-20", "staging", "ship-C-20"));
    CHECK(begins(first, "{\"claimed\":{\"claim\":{"));
    again = reply_to(ledger, CLAIM("C-20", "staging", "ship-C-20"));
    CHECK(first.len == again.len && memcmp(first.ptr, again.ptr, first.len) == 0);
    lp_buf_free(&again);
    lp_buf_free(&first);
    replies(ledger, CLAIM("C-20", "production", "ship-C-20-on"), "{\"refused\":");

    first = reply_to(ledger, "{\"receipt\": {\"sequence\": 21}}");
    receipt = text_in(first);
    lp_buf_free(&first);
    first = reply_to(ledger, "{\"head\": {}}");
    key.ptr = strstr(first.ptr, "\"key\":\"") + 7;
    key.len = strcspn(key.ptr, "\"");
    CHECK(lp_receipt_prove(LP_TEXT(receipt), key, &proved, NULL) == LP_STATUS_OK);
    CHECK(begins(proved, "{\"entry\":{\"fact\":{\"at\":\"2026-11-04T00:00:00Z\""));
    CHECK(strstr(proved.ptr, "\"checkpoint\":{\"origin\":\"acme.example/releases\"") != NULL);
    lp_buf_free(&proved);
    /* One other letter, anywhere in the entry. */
    receipt[60] = receipt[60] == 'A' ? 'B' : 'A';
    CHECK(lp_receipt_prove(LP_TEXT(receipt), key, &proved, NULL) != LP_STATUS_OK);
    CHECK(proved.ptr == NULL);
    lp_buf_free(&first);
    free(receipt);
}

static unsigned value_of(char letter) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = strchr(letters, letter);
    return found == NULL ? 0 : (unsigned)(found - letters);
}

/* A host that signs with a key that it keeps elsewhere: in a second ledger of the same content,
 * since this program has no other way to sign. */
struct signer {
    lp_ledger *elsewhere;
    unsigned signed_texts, anchored;
};

static int32_t sign_elsewhere(void *data, const char *text, size_t len, uint8_t *signature_out) {
    struct signer *signer = data;
    char *note = checkpoint_of(signer->elsewhere), *line;
    unsigned char bytes[80];
    size_t i, count = 0;
    int same = strncmp(note, text, len) == 0;
    /* Behind the name come four bytes that name the key, and the signature. */
    line = strrchr(note, ' ') + 1;
    for (i = 0; i + 4 <= strcspn(line, "=\n") + 3 && count + 3 <= sizeof bytes; i += 4) {
        unsigned group = value_of(line[i]) << 18 | value_of(line[i + 1]) << 12
                         | value_of(line[i + 2]) << 6 | value_of(line[i + 3]);
        bytes[count++] = (unsigned char)(group >> 16);
        bytes[count++] = (unsigned char)(group >> 8 & 255);
        bytes[count++] = (unsigned char)(group & 255);
    }
    free(note);
    signer->signed_texts++;
    if (!same || count < 68) {
        return 1;
    }
    memcpy(signature_out, bytes + 4, 64);
    return 0;
}

static int32_t keep_elsewhere(void *data, const char *checkpoint, size_t len) {
    struct signer *signer = data;
    CHECK(strncmp(checkpoint, "acme.example/releases\n", 22) == 0 && checkpoint[len - 1] == '\n');
    signer->anchored++;
    return 0;
}

static void hosts_sign(void) {
    struct signer signer = {NULL, 0, 0};
    lp_ledger_options options = {.struct_size = sizeof options};
    lp_ledger *ledger = NULL;
    lp_buf head;
    signer.elsewhere = in_memory();
    head = reply_to(signer.elsewhere, "{\"head\": {}}");
    options.key.ptr = strstr(head.ptr, "\"key\":\"") + 7;
    options.key.len = strcspn(options.key.ptr, "\"");
    options.signer = sign_elsewhere;
    options.anchor = keep_elsewhere;
    options.signer_data = options.anchor_data = &signer;
    CHECK(lp_ledger_in_memory(ORIGIN, &options, &ledger, NULL) == LP_STATUS_OK);
    lp_buf_free(&head);
    request(ledger, APPEND(PERSON("ann", "")));
    request(signer.elsewhere, APPEND(PERSON("ann", "")));
    replies(ledger, "{\"checkpoint\": {}}", "{\"checkpoint\":\"acme.example/releases\\n1\\n");
    CHECK(signer.signed_texts == 1 && signer.anchored == 1);
    lp_ledger_free(ledger);
    lp_ledger_free(signer.elsewhere);
}

/* Threads and other handles append to one ledger: all of it is there, once. */
struct worker {
    lp_ledger *ledger;
    unsigned number;
};

static void *work(void *data) {
    const struct worker *worker = data;
    char text[256];
    unsigned i;
    for (i = 0; i < 12; i++) {
        lp_snapshot *snapshot = NULL;
        (void)snprintf(text, sizeof text,
                       "{\"append\": {" CLOCK ", \"drafts\": [{\"id\": \"%u/%u\", \"kind\":"
                       " \"services\", \"fact\": {\"id\": \"s%ux%u\"}}]}}",
                       worker->number, i, worker->number, i);
        replies(worker->ledger, text, "{\"appended\":");
        replies(worker->ledger, text, "{\"appended\":");
        CHECK(lp_ledger_snapshot(worker->ledger, &snapshot, NULL) == LP_STATUS_OK);
        lp_snapshot_free(snapshot);
    }
    return NULL;
}

static void threads_share(lp_ledger *one, lp_ledger *other) {
    struct worker workers[4];
    pthread_t threads[4];
    unsigned i;
    for (i = 0; i < 4; i++) {
        workers[i].ledger = i % 2 == 0 ? one : other;
        workers[i].number = i;
        CHECK(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
    }
    for (i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    for (i = 0; i < 2; i++) {
        lp_buf head = reply_to(i == 0 ? one : other, "{\"head\": {}}");
        CHECK(head.ptr != NULL && strstr(head.ptr, "\"size\":48,") != NULL);
        lp_buf_free(&head);
    }
}

static void files_are_shared(void) {
    char folder[] = FOLDER, path[64];
    lp_ledger_options options = with_secret();
    lp_ledger *one = NULL, *other = NULL;
    char *note;
    begin_folder(folder);
    path_in(folder, "shared", path);
    CHECK(lp_ledger_create(LP_TEXT(path), ORIGIN, &options, &one, NULL) == LP_STATUS_OK);
    CHECK(lp_ledger_open(LP_TEXT(path), NULL, &other, NULL) == LP_STATUS_OK);
    threads_share(one, other);
    note = checkpoint_of(one);
    lp_ledger_free(one);
    lp_ledger_free(other);
    /* It goes on from the checkpoint that was kept outside. */
    options.since = LP_TEXT(note);
    one = NULL;
    CHECK(lp_ledger_open(LP_TEXT(path), &options, &one, NULL) == LP_STATUS_OK);
    replies(one, "{\"consistency\": {\"old\": 7, \"new\": 48}}", "{\"consistency\":[\"sha256:");
    lp_ledger_free(one);
    free(note);
    end_folder(folder);
}

int main(void) {
    lp_ledger *ledger = in_memory();
    facts_are_decided_on(ledger);
    claims_are_proved(ledger);
    lp_ledger_free(ledger);
    hosts_sign();
    ledger = in_memory();
    threads_share(ledger, ledger);
    lp_ledger_free(ledger);
    files_are_shared();
    if (failures == 0) {
        puts("c: ledger passed");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
