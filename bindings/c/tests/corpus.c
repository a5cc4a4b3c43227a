/*
 * Runs the cases that all languages share. The argument is the folder they are unpacked in:
 * index.txt names a case and the number of its questions on each line; the folder of a case holds
 * portfolio.json, policy.toml (may be absent) and NN.question.json, NN.answer.json, NN.status.
 * A case that is named A01 and so on tries the way around a gate of that number; follows.txt in its
 * folder says what it can show only with the ledger.
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
static int tried[WAYS + 1], later[WAYS + 1];

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

/* Loads a case: the status of what is refused first, or the snapshot. */
static uint32_t load(const char *folder, const char *name, lp_snapshot **snapshot) {
    lp_buf portfolio, policy;
    lp_engine *engine = NULL;
    lp_error *error = NULL;
    uint32_t status;
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
        status = lp_engine_snapshot(engine, snapshot, &error);
    }
    check_error(name, status, error);
    lp_engine_free(engine);
    free(portfolio.ptr);
    return status;
}

static void run_question(const char *folder, const char *name, unsigned number,
                         const lp_snapshot *snapshot) {
    char file[32];
    lp_buf question, expected, answer = {NULL, 0};
    lp_error *error = NULL;
    uint32_t status, wanted = read_status(folder, name, number);
    (void)snprintf(file, sizeof file, "%02u.question.json", number);
    if (!read_part(folder, name, file, &question)) {
        fail("%s: %s cannot be read", name, file);
        return;
    }
    (void)snprintf(file, sizeof file, "%02u.answer.json", number);
    if (!read_part(folder, name, file, &expected)) {
        fail("%s: %s cannot be read", name, file);
        free(question.ptr);
        return;
    }
    status = lp_ask(snapshot, lend(question), &answer, &error);
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
    free(question.ptr);
}

static void run_case(const char *folder, const char *name, unsigned questions) {
    lp_snapshot *snapshot = NULL;
    uint32_t wanted = questions == 0 ? read_status(folder, name, 0) : LP_STATUS_OK;
    uint32_t status = load(folder, name, &snapshot);
    unsigned number;
    if (questions == 0 && wanted == LP_STATUS_OK) {
        fail("%s: neither is refused nor asks", name);
    }
    if (status != wanted) {
        fail("%s: loading: status %u, expected %u", name, status, wanted);
    } else {
        for (number = 0; number < questions; number++) {
            run_question(folder, name, number, snapshot);
        }
    }
    lp_snapshot_free(snapshot);
}

/* Keeps which way around a gate a case tries. */
static void note_way(const char *folder, const char *name) {
    lp_buf text;
    unsigned way;
    if (sscanf(name, "A%2u", &way) != 1) {
        return;
    }
    if (way < 1 || way > WAYS) {
        fail("%s: no way around a gate has this number", name);
        return;
    }
    tried[way] = 1;
    if (read_part(folder, name, "follows.txt", &text)) {
        later[way] = 1;
        free(text.ptr);
    }
}

/* Tells which ways around a gate were tried; each has to be. */
static void tell_ways(void) {
    unsigned way;
    printf("c: ways around a gate:");
    for (way = 1; way <= WAYS; way++) {
        if (tried[way]) {
            printf(" %u%s", way, later[way] ? " (more with the ledger)" : "");
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
        note_way(arguments[1], name);
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
