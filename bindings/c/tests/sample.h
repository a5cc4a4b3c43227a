/* What the test programs ask about: one release with something of everything, and a check. */
#ifndef LYNCHPIN_SAMPLE_H
#define LYNCHPIN_SAMPLE_H

#include <stdio.h>

/*
 * The stack that the header promises to be enough, in bytes. The step that installs says so of the
 * library as it is given to users; one that is not optimised needs more.
 */
#ifdef SAMPLE_OPTIMISED
#define SAMPLE_STACK (256 << 10)
#else
#define SAMPLE_STACK (512 << 10)
#endif

/* 2026-11-04T00:00:00Z in microseconds. */
#define SAMPLE_AT INT64_C(1793750400000000)
#define SAMPLE_HOUR INT64_C(3600000000)

/*
 * C-1 was approved by its board, from noon of the 4th on, and requires C-10. C-2 requires C-9,
 * which nobody knows. C-3 and C-4 require each other. C-5 conflicts with C-6, which goes first. C-7
 * was cancelled, C-8 is in no document. C-10 ships together with C-11.
 */
#define SAMPLE_PORTFOLIO                                                                          \
    "{\"lynchpin\": \"portfolio/1\","                                                             \
    "\"people\": [{\"id\": \"raj\"}, {\"id\": \"mei\"}, {\"id\": \"ann\"}, {\"id\": \"bob\"}],"   \
    "\"groups\": [{\"id\": \"cab\", \"members\": [{\"person\": \"ann\"}]}],"                      \
    "\"stages\": [{\"id\": \"staging\"}, {\"id\": \"production\"}],"                              \
    "\"releases\": [{\"id\": \"R-1\", \"revision\": 1, \"at\": \"2026-11-01T10:00:00Z\","         \
    "  \"by\": \"mei\", \"priority\": [\"C-6\", \"C-5\"],"                                        \
    "  \"changes\": [\"C-1\", \"C-2\", \"C-3\", \"C-4\", \"C-5\", \"C-6\", \"C-7\", \"C-8\","     \
    "    \"C-10\", \"C-11\"]}],"                                                                  \
    "\"changes\": ["                                                                              \
    SAMPLE_CHANGE("C-1", "\"requires\": [{\"change\": \"C-10\"}],") ","                           \
    SAMPLE_CHANGE("C-2", "\"requires\": [{\"change\": \"C-9\"}],") ","                            \
    SAMPLE_CHANGE("C-3", "\"requires\": [{\"change\": \"C-4\"}],") ","                            \
    SAMPLE_CHANGE("C-4", "\"requires\": [{\"change\": \"C-3\"}],") ","                            \
    SAMPLE_CHANGE("C-5", "\"conflicts\": [{\"change\": \"C-6\"}],") ","                           \
    SAMPLE_CHANGE("C-6", "") ","                                                                  \
    SAMPLE_CHANGE("C-7", "") ","                                                                  \
    SAMPLE_CHANGE("C-10", "\"together\": [\"C-11\"],") ","                                        \
    SAMPLE_CHANGE("C-11", "") "],"                                                                \
    "\"approvals\": [{\"change\": \"C-1\", \"revision\": 1, \"requirement\": \"board\","          \
    "  \"stage\": \"production\", \"decision\": \"approved\", \"by\": \"ann\","                   \
    "  \"at\": \"2026-11-02T00:00:00Z\", \"effective_from\": \"2026-11-04T12:00:00Z\"}],"         \
    "\"cancellations\": [{\"change\": \"C-7\", \"at\": \"2026-11-02T00:00:00Z\","                 \
    "  \"by\": \"raj\"}]}"

#define SAMPLE_CHANGE(id, more)                                                                   \
    "{\"id\": \"" id "\", \"revision\": 1, " more " \"by\": \"raj\","                             \
    " \"at\": \"2026-11-01T09:00:00Z\", \"plans\": {\"back_out\": \"helm rollback\"}}"

#define SAMPLE_POLICY                                                                             \
    "name = \"acme\"\n"                                                                           \
    "open = [\"staging\"]\n"                                                                      \
    "requirement.board = { approval = { group = \"cab\" } }\n"                                    \
    "requirement.back-out = { plan = \"back_out\" }\n"                                            \
    "gate.board = { stage = \"production\", judges = \"change\","                                 \
    " require = { all = [\"back-out\", \"board\"] } }\n"

static unsigned failures = 0;

/* Says what does not hold, and goes on. */
#define CHECK(condition) check((condition) ? 1 : 0, #condition, __FILE__, __LINE__)

static void check(int holds, const char *condition, const char *file, int line) {
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
        failures++;
    }
}

/* A begins on the 5th and requires B, which is planned until the 9th. */
#define LATE_PORTFOLIO                                                                            \
    "{\"lynchpin\": \"portfolio/1\", \"people\": [{\"id\": \"raj\"}],"                           \
    "\"stages\": [{\"id\": \"production\"}], \"changes\": ["                                       \
    "{\"id\": \"A\", \"revision\": 1, \"by\": \"raj\", \"at\": \"2026-11-01T00:00:00Z\","         \
    " \"requires\": [{\"change\": \"B\"}],"                                                       \
    " \"planned\": {\"from\": \"2026-11-05T00:00:00Z\", \"to\": \"2026-11-06T00:00:00Z\"}},"      \
    "{\"id\": \"B\", \"revision\": 1, \"by\": \"raj\", \"at\": \"2026-11-01T00:00:00Z\","         \
    " \"planned\": {\"from\": \"2026-11-08T00:00:00Z\", \"to\": \"2026-11-09T00:00:00Z\"}}]}"

#endif
