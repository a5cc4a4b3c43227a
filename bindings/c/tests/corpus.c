/*
 * Runs the cases that all languages share. The argument is the folder they are unpacked in:
 * index.txt names a case and the number of its questions on each line; the folder of a case holds
 * portfolio.json, policy.toml (may be absent) and NN.question.json, NN.answer.json, NN.status.
 * With ledger.txt in place of portfolio.json a ledger in memory is asked, opened on the checkpoint
 * in that file; and with NN.receipt.txt and NN.key.txt in place of a question a receipt is proved.
 * A case that is named A01 and so on tries the way around a gate of that number.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lynchpin.h"

/* How many numbered ways around a gate there are. */
enum { WAYS = 54 };

static unsigned failures = 0;
static int tried[WAYS + 1];

/* What a case asks: one of the two. */
struct asker {
    lp_snapshot *snapshot;
    lp_ledger *ledger;
};

static void fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    failures++;
}

/* A path of the parts given, or NULL if memory is out. */
static char *path_of(const char *folder, const char *name, const char *file) {
    size_t size = strlen(folder) + strlen(name) + strlen(file) + 3;
    char *path = malloc(size);
    if (path != NULL) {
        (void)snprintf(path, size, "%s/%s/%s", folder, name, file);
    }
    return path;
}

/* Reads a file whole; 1 if it did, 0 if there is none or it cannot be read. */
static int read_file(const char *path, lp_buf *out) {
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    char *bytes = NULL;
    size_t len = 0, room = 0, got;
    out->ptr = NULL;
    out->len = 0;
    if (file == NULL) {
        return 0;
    }
    do {
        if (len == room) {
            char *grown = realloc(bytes, room = room * 2 + 4096);
            if (grown == NULL) {
                free(bytes);
                (void)fclose(file);
                return 0;
            }
            bytes = grown;
        }
        got = fread(bytes + len, 1, room - len, file);
        len += got;
    } while (got > 0);
    if (ferror(file) || fclose(file) != 0) {
        free(bytes);
        return 0;
    }
    out->ptr = bytes;
    out->len = len;
    return 1;
}

static int read_part(const char *folder, const char *name, const char *file, lp_buf *out) {
    char *path = path_of(folder, name, file);
    int found = read_file(path, out);
    free(path);
    return found;
}

/* The number in a status file, or a number that is no status. */
static uint32_t read_status(const char *folder, const char *name, unsigned question) {
    lp_buf text;
    char file[32], digits[16] = "";
    char *end;
    unsigned long status;
    (void)snprintf(file, sizeof file, "%02u.status", question);
    if (!read_part(folder, name, file, &text)) {
        return UINT32_MAX;
    }
    if (text.len > 0 && text.len < sizeof digits) {
        memcpy(digits, text.ptr, text.len);
    }
    free(text.ptr);
    errno = 0;
    status = strtoul(digits, &end, 10);
    return end == digits || errno != 0 || status > UINT32_MAX ? UINT32_MAX : (uint32_t)status;
}

static lp_str lend(lp_buf bytes) {
    lp_str text;
    text.ptr = bytes.ptr;
    text.len = bytes.len;
    return text;
}

/* A failed call leaves an error of the same status with a problem; any other leaves none. */
static void check_error(const char *name, uint32_t status, lp_error *error) {
    if (lp_error_status(error) != status) {
        fail("%s: status %u, but the error says %u", name, status, lp_error_status(error));
    }
    if ((lp_error_problem_count(error) > 0) != (status != LP_STATUS_OK)) {
        fail("%s: status %u with %zu problems", name, status, lp_error_problem_count(error));
    }
    lp_error_free(error);
}

/* Opens a ledger of the name and the secret that all languages have, on a checkpoint. */
static uint32_t open_ledger(const char *folder, const char *name, lp_buf since,
                            lp_ledger **ledger) {
    uint8_t secret[32];
    lp_ledger_options options = {.struct_size = sizeof options, .secret = secret};
    lp_error *error = NULL;
    lp_buf policy;
    uint32_t status;
    memset(secret, 7, sizeof secret);
    options.since = lend(since);
    status = lp_ledger_in_memory(LP_STR("acme.example/releases"), &options, ledger, &error);
    if (status == LP_STATUS_OK && read_part(folder, name, "policy.toml", &policy)) {
        status = lp_ledger_set_policy(*ledger, lend(policy), &error);
        free(policy.ptr);
    }
    check_error(name, status, error);
    return status;
}

/* Loads a case: the status of what is refused first, or what is asked. */
static uint32_t load(const char *folder, const char *name, struct asker *asker) {
    lp_buf portfolio, policy;
    lp_engine *engine = NULL;
    lp_error *error = NULL;
    uint32_t status;
    if (read_part(folder, name, "ledger.txt", &portfolio)) {
        status = open_ledger(folder, name, portfolio, &asker->ledger);
        free(portfolio.ptr);
        return status;
    }
    if (!read_part(folder, name, "portfolio.json", &portfolio)) {
        fail("%s: portfolio.json cannot be read", name);
        return UINT32_MAX;
    }
    status = lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, &error);
    if (status == LP_STATUS_OK) {
        status = lp_engine_load(engine, lend(portfolio), &error);
    }
    if (status == LP_STATUS_OK && read_part(folder, name, "policy.toml", &policy)) {
        status = lp_engine_set_policy(engine, lend(policy), &error);
        free(policy.ptr);
    }
    if (status == LP_STATUS_OK) {
        status = lp_engine_snapshot(engine, &asker->snapshot, &error);
    }
    check_error(name, status, error);
    lp_engine_free(engine);
    free(portfolio.ptr);
    return status;
}

/* Reads a file that is named by a number and the rest of its name. */
static int read_numbered(const char *folder, const char *name, unsigned number, const char *rest,
                         lp_buf *out) {
    char file[32];
    (void)snprintf(file, sizeof file, "%02u.%s", number, rest);
    return read_part(folder, name, file, out);
}

/* Asks one question, or has one receipt proved. */
static uint32_t ask(const char *folder, const char *name, unsigned number,
                    const struct asker *asker, lp_buf *answer, lp_error **error) {
    lp_buf given, key;
    uint32_t status = UINT32_MAX;
    if (read_numbered(folder, name, number, "receipt.txt", &given)) {
        if (read_numbered(folder, name, number, "key.txt", &key)) {
            status = lp_receipt_prove(lend(given), lend(key), answer, error);
            free(key.ptr);
        }
        free(given.ptr);
    } else if (read_numbered(folder, name, number, "question.json", &given)) {
        status = asker->ledger != NULL
                     ? lp_ledger_request(asker->ledger, lend(given), answer, error)
                     : lp_ask(asker->snapshot, lend(given), answer, error);
        free(given.ptr);
    }
    return status;
}

static void run_question(const char *folder, const char *name, unsigned number,
                         const struct asker *asker) {
    lp_buf expected, answer = {NULL, 0};
    lp_error *error = NULL;
    uint32_t status, wanted = read_status(folder, name, number);
    if (!read_numbered(folder, name, number, "answer.json", &expected)) {
        fail("%s: answer %u cannot be read", name, number);
        return;
    }
    status = ask(folder, name, number, asker, &answer, &error);
    if (status != wanted) {
        fail("%s: question %u: status %u, expected %u", name, number, status, wanted);
    } else if (status == LP_STATUS_OK
               && (answer.len != expected.len
                   || memcmp(answer.ptr, expected.ptr, answer.len) != 0)) {
        fail("%s: question %u: another answer:\n%s", name, number, answer.ptr);
    }
    check_error(name, status, error);
    lp_buf_free(&answer);
    free(expected.ptr);
}

static void run_case(const char *folder, const char *name, unsigned questions) {
    struct asker asker = {NULL, NULL};
    uint32_t wanted = questions == 0 ? read_status(folder, name, 0) : LP_STATUS_OK;
    uint32_t status = load(folder, name, &asker);
    unsigned number;
    if (questions == 0 && wanted == LP_STATUS_OK) {
        fail("%s: neither is refused nor asks", name);
    }
    if (status != wanted) {
        fail("%s: loading: status %u, expected %u", name, status, wanted);
    } else {
        for (number = 0; number < questions; number++) {
            run_question(folder, name, number, &asker);
        }
    }
    lp_snapshot_free(asker.snapshot);
    lp_ledger_free(asker.ledger);
}

/* Keeps which way around a gate a case tries. */
static void note_way(const char *name) {
    unsigned way;
    if (sscanf(name, "A%2u", &way) != 1) {
        return;
    }
    if (way < 1 || way > WAYS) {
        fail("%s: no way around a gate has this number", name);
        return;
    }
    tried[way] = 1;
}

/* Tells which ways around a gate were tried; each has to be. */
static void tell_ways(void) {
    unsigned way;
    printf("c: ways around a gate:");
    for (way = 1; way <= WAYS; way++) {
        if (tried[way]) {
            printf(" %u", way);
        } else {
            fail("no case tries way %u around a gate", way);
        }
    }
    printf("\n");
}

int main(int count, char **arguments) {
    char name[256];
    char *path;
    FILE *index;
    unsigned questions, cases = 0;
    int read;
    if (count != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }
    path = path_of(arguments[1], ".", "index.txt");
    index = path == NULL ? NULL : fopen(path, "r");
    free(path);
    if (index == NULL) {
        fprintf(stderr, "%s/index.txt cannot be read\n", arguments[1]);
        return 2;
    }
    while ((read = fscanf(index, "%255s %u", name, &questions)) == 2) {
        run_case(arguments[1], name, questions);
        note_way(name);
        cases++;
    }
    if (read != EOF || ferror(index)) {
        fail("index.txt: line %u cannot be read", cases + 1);
    }
    (void)fclose(index);
    if (cases == 0) {
        fail("no case was run");
    }
    tell_ways();
    if (failures > 0) {
        fprintf(stderr, "c: corpus: %u failures\n", failures);
        return 1;
    }
    printf("c: corpus %u passed\n", cases);
    return 0;
}
