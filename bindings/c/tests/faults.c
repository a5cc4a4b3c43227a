/* All that can go wrong: a case for each status that C can bring about, and bad arguments. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lynchpin.h"
#include "calendars.h"
#include "faults.h"
#include "ledgers.h"
#include "workflows.h"

#define DOC(fields) "{\"lynchpin\": \"portfolio/1\", " fields "}"
#define CHANGE(fields)                                                                            \
    "\"changes\": [{\"id\": \"C-1\", \"revision\": 1, \"by\": \"raj\","                           \
    " \"at\": \"2026-11-01T09:00:00Z\", " fields "}]"

/* What if an approval were not there that is not there? */
#define WITHOUT_NOBODYS_APPROVAL \
    "{\"decide\": {\"subject\": {\"change\": \"C-1\"}, \"at\": \"2026-11-01T09:00:00Z\"," \
    " \"what_if\": {\"ignoring\": [\"approvals/sha256:" \
    "0000000000000000000000000000000000000000000000000000000000000000\"]}}}"

/* Claims that nobody may make: before what is known, and where no policy is in force. */
#define CLAIM_AT(at) \
    "{\"claim\": {\"subject\": {\"change\": \"C-1\"}, \"stage\": \"production\"," \
    " \"by\": \"raj\", \"at\": \"" at "\"}}"

/* An envelope around "{}". */
#define STATEMENT(type) \
    "\"statements\": [{\"at\": \"2026-11-01T09:00:00Z\", \"by\": \"raj\", \"envelope\": {" \
    "\"payloadType\": \"" type "\", \"payload\": \"e30=\", \"signatures\": []}}]"

static void refused_portfolios(void) {
    static const struct {
        uint32_t status;
        const char *document;
    } cases[] = {
        {LP_STATUS_SYNTAX, "{\"lynchpin\": "},
        {LP_STATUS_SYNTAX, ""},
        {LP_STATUS_SYNTAX, DOC("\"changes\": [NaN]")},
        {LP_STATUS_WRONG_TYPE, DOC("\"changes\": 7")},
        {LP_STATUS_UNKNOWN_FIELD, DOC("\"chagnes\": []")},
        {LP_STATUS_MISSING_FIELD, DOC("\"people\": [{}]")},
        {LP_STATUS_DUPLICATE_KEY, DOC("\"people\": [], \"people\": []")},
        {LP_STATUS_DUPLICATE_ID,
         DOC("\"services\": [{\"id\": \"a\"}, {\"id\": \"a\", \"tier\": 1}]")},
        {LP_STATUS_NUMBER_OUT_OF_RANGE, DOC(CHANGE("\"size\": {\"files\": 9007199254740993}"))},
        {LP_STATUS_WRONG_VERSION, "{\"lynchpin\": \"portfolio/9\"}"},
        {LP_STATUS_UNKNOWN_WORD, DOC(CHANGE("\"kind\": \"abnormal\""))},
        {LP_STATUS_ID_NOT_CANONICAL, DOC("\"people\": [{\"id\": \"\xd0\xb0lice\"}]")},
        {LP_STATUS_PEOPLE_LOOK_ALIKE, DOC("\"people\": [{\"id\": \"al\"}, {\"id\": \"a1\"}]")},
        {LP_STATUS_DIGEST_MALFORMED, DOC(CHANGE("\"artifacts\": [\"sha1:00\"]"))},
        {LP_STATUS_DIGEST_MISMATCH,
         DOC(CHANGE("\"digest\": \"sha256:1111111111111111111111111111111111111111111111111111"
                    "111111111111\""))},
        {LP_STATUS_INSTANT_MALFORMED, DOC(CHANGE("\"recorded\": \"tomorrow\""))},
        {LP_STATUS_SUBJECT_AMBIGUOUS,
         DOC("\"cancellations\": [{\"at\": \"2026-11-01T09:00:00Z\", \"by\": \"raj\"}]")},
        {LP_STATUS_TIME_ORDER, DOC(CHANGE("\"recorded\": \"2026-10-01T09:00:00Z\""))},
        {LP_STATUS_EMPTY, DOC(CHANGE("\"requires\": [{\"any\": []}]"))},
        {LP_STATUS_VOTE_TARGET,
         DOC("\"approvals\": [{\"change\": \"C-1\", \"revision\": 1, \"requirement\": \"r\","
             " \"stage\": \"production\", \"decision\": \"delegated\", \"by\": \"raj\","
             " \"at\": \"2026-11-01T09:00:00Z\"}]")},
        {LP_STATUS_ENVELOPE_MALFORMED, DOC(STATEMENT("application/json"))},
        {LP_STATUS_STATEMENT_MALFORMED, DOC(STATEMENT("application/vnd.in-toto+json"))},
    };
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        refuse_portfolio(cases[i].document, strlen(cases[i].document), cases[i].status);
    }
    refused_calendars();
    refuse_portfolio("{\"\xff\"}", 5, LP_STATUS_DOCUMENT_NOT_UTF8);
    refuse_portfolio("{}\0{}", 5, LP_STATUS_SYNTAX);
    refuse_repeated("", "[", 100000, "", LP_STATUS_DOCUMENT_TOO_DEEP);
    refuse_repeated("", " ", (16 << 20) + 1, "", LP_STATUS_DOCUMENT_TOO_LARGE);
    refuse_repeated("{\"lynchpin\": \"portfolio/1\", \"changes\": [{\"id\": \"C-1\", \"revision\":"
                    " 1, \"by\": \"raj\", \"at\": \"2026-11-01T09:00:00Z\", \"title\": \"",
                    "x", 70000, "\"}]}", LP_STATUS_STRING_TOO_LONG);
    refuse_repeated("{\"lynchpin\": \"portfolio/1\", \"changes\": [{\"id\": \"C-1\", \"revision\":"
                    " 1, \"by\": \"raj\", \"at\": \"2026-11-01T09:00:00Z\", \"after\": [\"C-0\"",
                    ",\"C-0\"", 10000, "]}]}", LP_STATUS_LIST_TOO_LONG);
}

static void refuse_expression(const char *expression, uint32_t wanted) {
    char document[8192];
    (void)snprintf(document, sizeof document,
                   "name = \"acme\"\nrequirement.r = { expression = \"%s\" }\n", expression);
    refuse_policy(document, wanted);
}

static void refuse_repeated_expression(const char *text, size_t times, uint32_t wanted) {
    char *expression = repeated("", text, times, "true");
    refuse_expression(expression, wanted);
    free(expression);
}

static void refused_policies(void) {
    static const char gate[] = "gate.g = { stage = \"production\", judges = \"change\", require = ";
    char document[256];
    refuse_policy("name = \"acme\"\nrequirement.r = { soak = { for = \"a while\" } }\n",
                  LP_STATUS_SPAN_MALFORMED);
    refuse_policy("name = \"acme\"\nrequirement.r = { risk = { below = \".5\" } }\n",
                  LP_STATUS_DECIMAL_MALFORMED);
    refuse_policy("name = \"acme\"\n"
                  "requirement.r = { approval = { group = \"cab\", people = 0 } }\n",
                  LP_STATUS_QUORUM_INVALID);
    (void)snprintf(document, sizeof document, "name = \"acme\"\n%s\"nothing\" }\n", gate);
    refuse_policy(document, LP_STATUS_REQUIREMENT_UNKNOWN);
    (void)snprintf(document, sizeof document, "name = \"acme\"\n%s{ all = [] } }\n", gate);
    refuse_policy(document, LP_STATUS_COMBINATOR_EMPTY);
    refuse_policy("name = \"acme\"\nkey.k = { ed25519 = \"\", of = \"ci\" }\n",
                  LP_STATUS_KEY_MALFORMED);
    refuse_policy("name = \"acme\"\n"
                  "requirement.r = { signed = { keys = [\"k\"], predicate = \"p\" } }\n",
                  LP_STATUS_KEY_UNKNOWN);
    refuse_policy("name = \"acme\"\n"
                  "requirement.r = { signed = { keys = [], predicate = \"p\" } }\n",
                  LP_STATUS_SIGNED_INVALID);
    refuse_policy("name = \"acme\"\n"
                  "requirement.r = { plan = \"test\" }\n"
                  "requirement.s = { approval = { group = \"cab\", after_evidence = [\"r\"] } }\n",
                  LP_STATUS_REQUIREMENT_KIND);
    refuse_policy("name = \"acme\"\n"
                  "[requirement.r]\n"
                  "reversible = {}\n"
                  "retrospective = { group = \"cab\", within = \"3d\" }\n",
                  LP_STATUS_NOT_RETROSPECTIVE);
    refuse_expression("(", LP_STATUS_EXPRESSION_SYNTAX);
    refuse_expression("1.5 < 2.5", LP_STATUS_EXPRESSION_REFUSED);
    refuse_expression("nobody.knows", LP_STATUS_EXPRESSION_NAME_UNKNOWN);
    refuse_expression("change.kind", LP_STATUS_EXPRESSION_TYPE);
    refuse_repeated_expression("(", 200, LP_STATUS_EXPRESSION_TOO_DEEP);
    refuse_repeated_expression(" ", 5000, LP_STATUS_EXPRESSION_TOO_LONG);
    refuse_policy("\xef\xbb\xbfname = \"acme\"\n", LP_STATUS_DOCUMENT_NOT_UTF8);
    refuse_policy("name = \"\xff\"\n", LP_STATUS_DOCUMENT_NOT_UTF8);
}

/* A policy that nests so deep; the caller frees it. */
static char *nested_policy(size_t depth) {
    char *opened = repeated("name = \"acme\"\nrequirement.r = { approval = { group = \"cab\" } }\n"
                            "gate.g = { stage = \"production\", judges = \"change\", require = ",
                            "{ all = [", depth, "\"r\"");
    char *closed = repeated(opened, "] }", depth, " }\n");
    free(opened);
    return closed;
}

/* A policy is refused or answered by however deep it nests, on the stack that the header promises.
 * What walks through the tree of reasons is asked at the deepest that is taken. */
static void deep_policies(lp_engine *engine) {
    lp_snapshot *snapshot = NULL;
    lp_decision *decision = NULL;
    lp_buf out = {NULL, 0};
    uint32_t status = LP_STATUS_OK;
    size_t depth;
    for (depth = 1; depth <= 4096; depth += status == LP_STATUS_OK ? 1 : depth) {
        char *policy = nested_policy(depth);
        status = lp_engine_set_policy(engine, text_of(policy), NULL);
        CHECK(status == LP_STATUS_OK || status == LP_STATUS_SYNTAX
              || status == LP_STATUS_DOCUMENT_TOO_DEEP);
        free(policy);
    }
    CHECK(status != LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &snapshot, NULL) == LP_STATUS_OK);
    CHECK(lp_snapshot_decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"), LP_STR("production"),
                             SAMPLE_AT, &decision, NULL) == LP_STATUS_OK);
    CHECK(lp_decision_json(decision, LP_DETAIL_FULL, &out, NULL) == LP_STATUS_OK);
    lp_buf_free(&out);
    CHECK(lp_decision_report(decision, LP_FORMAT_TEXT, &out, NULL) == LP_STATUS_OK);
    lp_buf_free(&out);
    CHECK(lp_decision_report(decision, LP_FORMAT_MARKDOWN, &out, NULL) == LP_STATUS_OK);
    lp_buf_free(&out);
    lp_decision_free(decision);
    lp_snapshot_free(snapshot);
}

static uint32_t decide(const lp_snapshot *snapshot, uint32_t kind, const char *id,
                       const char *stage, int64_t at, lp_error **error) {
    lp_decision *decision = NULL;
    uint32_t status =
        lp_snapshot_decide(snapshot, kind, text_of(id), text_of(stage), at, &decision, error);
    CHECK((decision != NULL) == (status == LP_STATUS_OK));
    lp_decision_free(decision);
    return status;
}

static void refused_claims(const lp_snapshot *snapshot) {
    lp_engine *engine = NULL;
    lp_snapshot *lawless = NULL;
    lp_error *error = NULL;
    lp_buf answer = {NULL, 0};
    expect(lp_ask(snapshot, LP_STR(CLAIM_AT("1971-01-01T00:00:00Z")), &answer, &error), &error,
           LP_STATUS_NOT_AT_HEAD, "a claim in the past");
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine,
                         LP_STR(DOC("\"stages\": [{\"id\": \"production\"}], "
                                    CHANGE("\"title\": \"Serve fares\""))),
                         NULL)
          == LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &lawless, NULL) == LP_STATUS_OK);
    error = NULL;
    expect(lp_ask(lawless, LP_STR(CLAIM_AT("2026-11-02T09:00:00Z")), &answer, &error), &error,
           LP_STATUS_WHAT_IF, "a claim without a policy");
    CHECK(answer.ptr == NULL && answer.len == 0);
    lp_snapshot_free(lawless);
    lp_engine_free(engine);
}

/* A policy that scores by a model that nobody told. */
static void refused_scores(void) {
    lp_engine *engine = NULL;
    lp_snapshot *snapshot = NULL;
    lp_score *score = NULL;
    lp_error *error = NULL;
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, LP_STR(DOC(CHANGE("\"title\": \"Serve fares\""))), NULL)
          == LP_STATUS_OK);
    CHECK(lp_engine_set_policy(engine,
                               LP_STR("name = \"acme\"\nrisk.model = \"sha256:"
                                      "11111111111111111111111111111111"
                                      "11111111111111111111111111111111\"\n"),
                               NULL)
          == LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &snapshot, NULL) == LP_STATUS_OK);
    expect(lp_snapshot_score(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-1"), SAMPLE_AT, &score, &error),
           &error, LP_STATUS_RISK_MODEL_UNKNOWN, "a model that nobody told");
    CHECK(score == NULL);
    lp_snapshot_free(snapshot);
    lp_engine_free(engine);
}

static void refused_questions(const lp_snapshot *snapshot) {
    static const struct {
        uint32_t status, kind;
        const char *id, *stage;
        int64_t at;
    } cases[] = {
        {LP_STATUS_SUBJECT_UNKNOWN, LP_SUBJECT_CHANGE, "C-99", "production", SAMPLE_AT},
        {LP_STATUS_SUBJECT_UNKNOWN, LP_SUBJECT_RELEASE, "C-1", "production", SAMPLE_AT},
        {LP_STATUS_SUBJECT_UNKNOWN, LP_SUBJECT_CHANGE, "C-1", "production", 0},
        {LP_STATUS_STAGE_UNKNOWN, LP_SUBJECT_CHANGE, "C-1", "moon", SAMPLE_AT},
        {LP_STATUS_ID_NOT_CANONICAL, LP_SUBJECT_CHANGE, "", "production", SAMPLE_AT},
        {LP_STATUS_ID_NOT_CANONICAL, LP_SUBJECT_CHANGE, "\xff", "production", SAMPLE_AT},
        {LP_STATUS_ID_NOT_CANONICAL, LP_SUBJECT_CHANGE, "C-1", "a stage", SAMPLE_AT},
        {LP_STATUS_INSTANT_MALFORMED, LP_SUBJECT_CHANGE, "C-1", "production", -1},
        {LP_STATUS_INSTANT_MALFORMED, LP_SUBJECT_CHANGE, "C-1", "production", LP_NEVER},
        {LP_STATUS_BAD_ARGUMENT, 0, "C-1", "production", SAMPLE_AT},
        {LP_STATUS_BAD_ARGUMENT, UINT32_MAX, "C-1", "production", SAMPLE_AT},
    };
    lp_error *error;
    lp_buf answer = {NULL, 0};
    lp_plan *plan = NULL;
    lp_ids *ids = NULL;
    int64_t at = 7;
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        error = NULL;
        expect(decide(snapshot, cases[i].kind, cases[i].id, cases[i].stage, cases[i].at, &error),
               &error, cases[i].status, cases[i].id);
        CHECK(decide(snapshot, cases[i].kind, cases[i].id, cases[i].stage, cases[i].at, NULL)
              == cases[i].status);
    }
    error = NULL;
    expect(lp_ask(snapshot, LP_STR("{\"divine\": {}}"), &answer, &error), &error,
           LP_STATUS_UNKNOWN_WORD, "divine");
    CHECK(answer.ptr == NULL && answer.len == 0);
    error = NULL;
    expect(lp_ask(snapshot, LP_STR(WITHOUT_NOBODYS_APPROVAL), &answer, &error), &error,
           LP_STATUS_FACT_UNKNOWN, "a fact that is not there");
    CHECK(answer.ptr == NULL && answer.len == 0);
    error = NULL;
    expect(lp_snapshot_plan(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-1"), LP_STR(""), SAMPLE_AT, 9,
                            &plan, &error), &error, LP_STATUS_BAD_ARGUMENT, "scope 9");
    CHECK(plan == NULL);
    error = NULL;
    expect(lp_snapshot_reach(snapshot, LP_STR("C-99"), LP_DIRECTION_UPSTREAM, SAMPLE_AT, &ids,
                             &error), &error, LP_STATUS_SUBJECT_UNKNOWN, "C-99");
    error = NULL;
    expect(lp_snapshot_changes(snapshot, -1, &ids, &error), &error, LP_STATUS_INSTANT_MALFORMED,
           "before 1970");
    error = NULL;
    expect(lp_instant_parse(LP_STR("2026-11-04"), &at, &error), &error,
           LP_STATUS_INSTANT_MALFORMED, "no time");
    error = NULL;
    expect(lp_instant_text(-1, &answer, &error), &error, LP_STATUS_INSTANT_MALFORMED, "-1");
    CHECK(ids == NULL && at == 7 && answer.ptr == NULL);
}

/* Every problem is told, with its place. */
static void all_problems(void) {
    static const char document[] = "{\"lynchpin\": \"portfolio/1\",\n \"changes\": [{}],\n"
                                   " \"people\": [{\"id\": 7},\n  {\"id\": \"\"}]}";
    lp_engine *engine = NULL;
    lp_error *error = NULL;
    lp_problem problem;
    size_t i, count;
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, text_of(document), &error) != LP_STATUS_OK);
    count = lp_error_problem_count(error);
    CHECK(count == 3);
    for (i = 0; i < count; i++) {
        problem.struct_size = sizeof problem;
        CHECK(lp_error_problem_at(error, i, &problem) == LP_STATUS_OK);
        CHECK(problem.struct_size == sizeof problem);
        CHECK(problem.code > LP_STATUS_OK && problem.path.len > 2 && problem.path.ptr[0] == '$');
        CHECK(problem.line >= 2 && problem.line <= 4 && problem.column > 0);
    }
    CHECK(lp_error_problem_at(error, count, &problem) == LP_STATUS_BAD_ARGUMENT);
    /* Less than the first version of the struct had. */
    for (i = 0; i < sizeof problem; i++) {
        problem.struct_size = i;
        problem.code = 7;
        CHECK(lp_error_problem_at(error, 0, &problem) == LP_STATUS_BAD_ARGUMENT);
        CHECK(problem.code == 7);
    }
    problem.struct_size = (size_t)-1;
    CHECK(lp_error_problem_at(error, 0, &problem) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_error_problem_at(error, 0, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_error_json(error, NULL) == LP_STATUS_BAD_ARGUMENT);
    lp_error_free(error);
    lp_engine_free(engine);
}

/* A size that is too large does not make the library write over what lies behind. */
static void nothing_behind_a_struct_is_written(const lp_snapshot *snapshot) {
    struct {
        lp_reason reason;
        unsigned char behind[4096];
    } both;
    lp_decision *decision = NULL;
    size_t size, i, changed;
    CHECK(lp_snapshot_decide(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-1"), LP_STR("production"),
                             SAMPLE_AT, &decision, NULL) == LP_STATUS_OK);
    for (size = sizeof both.reason; size <= sizeof both; size += 8) {
        uint32_t status;
        memset(&both, 0xa5, sizeof both);
        both.reason.struct_size = size;
        status = lp_decision_reason_at(decision, 0, &both.reason);
        CHECK(status == LP_STATUS_OK || size > sizeof both.reason + 256);
        CHECK(status == LP_STATUS_BAD_ARGUMENT || size <= sizeof both.reason + 256);
        for (i = changed = 0; i < sizeof both.behind; i++) {
            changed += both.behind[i] != 0xa5;
        }
        CHECK(changed == 0);
    }
    lp_decision_free(decision);
}

/* An error that is none does not read as a success. */
static void what_is_no_error_is_no_success(lp_engine *engine) {
    CHECK(lp_error_status(NULL) == LP_STATUS_OK);
    CHECK(lp_error_status((const lp_error *)(const void *)engine) == LP_STATUS_BAD_ARGUMENT);
}

static void nothing_is_told_of_null(void) {
    CHECK(lp_error_problem_count(NULL) == 0 && !lp_decision_is_go(NULL));
    CHECK(lp_decision_change_count(NULL) == 0 && lp_decision_cites(NULL, 0).len == 0);
    CHECK(lp_ids_all(NULL).len == 0);
    CHECK(lp_error_message(NULL).len == 0);
    CHECK(!lp_verdict_is_go(lp_decision_verdict(NULL)) && lp_decision_verdict(NULL) == 0);
    CHECK(lp_decision_clears(NULL) == 0 && lp_decision_clears_at(NULL) == LP_NEVER);
    CHECK(lp_decision_holds_until(NULL) == 0 && lp_decision_at(NULL) == 0);
    CHECK(lp_decision_subject_kind(NULL) == 0 && lp_decision_subject_id(NULL).len == 0);
    CHECK(lp_decision_stage(NULL).len == 0 && lp_decision_policy(NULL).len == 0);
    CHECK(lp_decision_what_if(NULL) && lp_decision_risk_model(NULL).len == 0);
    CHECK(lp_decision_reason_count(NULL) == 0 && lp_decision_root_blocker_count(NULL) == 0);
    CHECK(lp_plan_subject_kind(NULL) == 0 && lp_plan_subject_id(NULL).len == 0);
    CHECK(lp_plan_stage(NULL).len == 0 && lp_plan_at(NULL) == 0 && lp_plan_scope(NULL) == 0);
    CHECK(lp_plan_wave_count(NULL) == 0 && lp_plan_group_count(NULL, 0) == 0);
    CHECK(lp_plan_group_at(NULL, 0, 0).len == 0 && lp_plan_critical_path(NULL).len == 0);
    CHECK(lp_plan_critical_minutes(NULL) == 0 && lp_plan_dropped_count(NULL) == 0);
    CHECK(lp_plan_cancelled(NULL).len == 0 && lp_plan_unknown(NULL).len == 0);
    CHECK(lp_plan_missing_count(NULL) == 0 && lp_plan_cycle_count(NULL) == 0);
    CHECK(lp_plan_conflict_count(NULL) == 0 && lp_plan_late_count(NULL) == 0);
    lp_error_free(NULL);
    lp_buf_free(NULL);
    lp_engine_free(NULL);
    lp_snapshot_free(NULL);
    lp_decision_free(NULL);
    lp_plan_free(NULL);
    lp_score_free(NULL);
    lp_ids_free(NULL);
}

static void null_is_refused(lp_engine *engine, const lp_snapshot *snapshot) {
    lp_str lying = {NULL, 7}, endless;
    lp_engine *other = NULL;
    lp_snapshot *taken = NULL;
    lp_decision *decision = NULL;
    lp_plan *plan = NULL;
    lp_score *score = NULL;
    lp_ids *ids = NULL;
    lp_buf buf = {NULL, 0};
    lp_reason reason;
    int64_t at = 0;
    lp_risk risk = {.struct_size = sizeof risk};
    endless.ptr = "x";
    endless.len = (size_t)-1;
    memset(&reason, 0, sizeof reason);
    reason.struct_size = sizeof reason;
#define BAD(call) CHECK((call) == LP_STATUS_BAD_ARGUMENT)
    BAD(lp_engine_new(LP_LIMITS_UNTRUSTED, NULL, NULL));
    BAD(lp_engine_new(0, &other, NULL));
    BAD(lp_engine_load(NULL, LP_STR("{}"), NULL));
    BAD(lp_engine_load(engine, lying, NULL));
    BAD(lp_engine_load(engine, endless, NULL));
    BAD(lp_engine_set_policy(NULL, LP_STR(""), NULL));
    BAD(lp_engine_set_policy(engine, lying, NULL));
    BAD(lp_engine_snapshot(NULL, &taken, NULL));
    BAD(lp_engine_snapshot(engine, NULL, NULL));
    BAD(lp_ask(NULL, LP_STR("{}"), &buf, NULL));
    BAD(lp_ask(snapshot, lying, &buf, NULL));
    BAD(lp_ask(snapshot, LP_STR("{}"), NULL, NULL));
    BAD(lp_snapshot_decide(NULL, 1, LP_STR("C-1"), LP_STR(""), SAMPLE_AT, &decision, NULL));
    BAD(lp_snapshot_decide(snapshot, 1, lying, LP_STR(""), SAMPLE_AT, &decision, NULL));
    BAD(lp_snapshot_decide(snapshot, 1, LP_STR("C-1"), lying, SAMPLE_AT, &decision, NULL));
    BAD(lp_snapshot_decide(snapshot, 1, LP_STR("C-1"), LP_STR(""), SAMPLE_AT, NULL, NULL));
    BAD(lp_snapshot_plan(NULL, 1, LP_STR("C-1"), LP_STR(""), SAMPLE_AT, 1, &plan, NULL));
    BAD(lp_snapshot_plan(snapshot, 1, LP_STR("C-1"), LP_STR(""), SAMPLE_AT, 1, NULL, NULL));
    BAD(lp_snapshot_score(NULL, 1, LP_STR("C-1"), SAMPLE_AT, &score, NULL));
    BAD(lp_snapshot_score(snapshot, 1, LP_STR("C-1"), SAMPLE_AT, NULL, NULL));
    BAD(lp_snapshot_reach(NULL, LP_STR("C-1"), 1, SAMPLE_AT, &ids, NULL));
    BAD(lp_snapshot_reach(snapshot, lying, 1, SAMPLE_AT, &ids, NULL));
    BAD(lp_snapshot_reach(snapshot, LP_STR("C-1"), 0, SAMPLE_AT, &ids, NULL));
    BAD(lp_snapshot_reach(snapshot, LP_STR("C-1"), 1, SAMPLE_AT, NULL, NULL));
    BAD(lp_snapshot_releases(NULL, SAMPLE_AT, &ids, NULL));
    BAD(lp_snapshot_changes(NULL, SAMPLE_AT, &ids, NULL));
    BAD(lp_snapshot_stages(NULL, &ids, NULL));
    BAD(lp_instant_parse(lying, &at, NULL));
    BAD(lp_instant_parse(LP_STR("2026-11-04T00:00:00Z"), NULL, NULL));
    BAD(lp_instant_text(SAMPLE_AT, NULL, NULL));
    BAD(lp_decision_report(NULL, LP_FORMAT_TEXT, &buf, NULL));
    BAD(lp_plan_report(NULL, LP_FORMAT_TEXT, &buf, NULL));
    BAD(lp_score_report(NULL, LP_FORMAT_TEXT, &buf, NULL));
    BAD(lp_decision_change_at(NULL, 0, &reason));
    BAD(lp_decision_reason_at(NULL, 0, &reason));
    BAD(lp_decision_root_blocker_at(NULL, 0, &reason));
    BAD(lp_decision_act_at(NULL, 0, 0, NULL));
    BAD(lp_decision_json(NULL, LP_DETAIL_FULL, &buf, NULL));
    BAD(lp_plan_dropped_at(NULL, 0, NULL));
    BAD(lp_plan_missing_at(NULL, 0, NULL));
    BAD(lp_plan_cycle_at(NULL, 0, NULL));
    BAD(lp_plan_cycle_edge_at(NULL, 0, 0, NULL));
    BAD(lp_plan_conflict_at(NULL, 0, NULL));
    BAD(lp_plan_late_at(NULL, 0, NULL));
    BAD(lp_plan_json(NULL, &buf, NULL));
    BAD(lp_score_whole(NULL, NULL));
    BAD(lp_score_whole(NULL, &risk));
    BAD(lp_score_whole((const lp_score *)(const void *)snapshot, &risk));
    BAD(lp_score_change_at(NULL, 0, NULL));
    BAD(lp_score_contribution_at(NULL, 0, 0, NULL));
    BAD(lp_score_driver_at(NULL, 0, NULL));
    BAD(lp_score_json(NULL, &buf, NULL));
    BAD(lp_error_problem_at(NULL, 0, NULL));
    BAD(lp_error_json(NULL, &buf));
    /* Objects of another type, in several ways. */
    BAD(lp_ask((const lp_snapshot *)(const void *)engine, LP_STR("{}"), &buf, NULL));
    BAD(lp_engine_load((lp_engine *)(void *)(size_t)snapshot, LP_STR("{}"), NULL));
    CHECK(lp_decision_verdict((const lp_decision *)(const void *)snapshot) == 0);
    lp_decision_free((lp_decision *)(void *)engine);
    CHECK(other == NULL && taken == NULL && decision == NULL && plan == NULL && score == NULL);
    CHECK(ids == NULL && at == 0 && buf.ptr == NULL && buf.len == 0);
    /* Good arguments but for the detail. */
    CHECK(lp_snapshot_decide(snapshot, 1, LP_STR("C-1"), LP_STR(""), SAMPLE_AT, &decision, NULL)
          == LP_STATUS_OK);
    BAD(lp_decision_json(decision, 0, &buf, NULL));
    BAD(lp_decision_json(decision, LP_DETAIL_FULL, NULL, NULL));
    BAD(lp_decision_reason_at(decision, 0, NULL));
    reason.struct_size = 3;
    BAD(lp_decision_reason_at(decision, 0, &reason));
    BAD(lp_decision_act_at(decision, (size_t)-1, 0, NULL));
    lp_decision_free(decision);
#undef BAD
}

/* Memory that was an object, or never was one, is told by its first bytes. */
static void what_is_no_object(void) {
    static const uint64_t zeros[8] = {0};
    uint64_t bytes[8];
    memset(bytes, 0xa5, sizeof bytes);
    CHECK(lp_decision_verdict((const lp_decision *)(const void *)zeros) == 0);
    CHECK(lp_decision_verdict((const lp_decision *)(const void *)bytes) == 0);
    CHECK(lp_decision_what_if((const lp_decision *)(const void *)bytes));
    CHECK(lp_plan_wave_count((const lp_plan *)(const void *)((const char *)bytes + 1)) == 0);
    lp_engine_free((lp_engine *)(void *)bytes);
    lp_error_free((lp_error *)(void *)bytes);
}

/* A status that the header names was either brought about above, or stands here with its reason. */
static void no_status_was_forgotten(void) {
    static const uint32_t cannot[] = {
        LP_STATUS_OK,
        LP_STATUS_LIMIT_EXCEEDED, /* needs more dependencies than a test has time for */
        LP_STATUS_CANCELLED,      /* no call can be cancelled yet */
        LP_STATUS_BROKEN,         /* needs a defect: see the Rust tests */
        LP_STATUS_PANIC,          /* needs a defect: see the Rust tests */
        LP_STATUS_EXPRESSION_UNSUPPORTED, /* needs a library that was built without them */
        LP_STATUS_SIGNATURES_UNSUPPORTED, /* needs a library that was built without them */
        LP_STATUS_LEDGER_MALFORMED, /* needs a key that signed for what is no entry */
        LP_STATUS_STORE_BUSY,     /* needs a writer that does not end, and ten seconds */
        LP_STATUS_STORE_FULL,     /* needs a full disk: see the tests of the store */
        LP_STATUS_STORE_READ_ONLY, /* depends on who runs this: some may write to everything */
        LP_STATUS_STORE_FAILED,   /* needs a disk that fails: see the tests of the store */
        LP_STATUS_OTHER,          /* needs a newer engine than this header */
    };
    uint32_t status;
    size_t i;
    unsigned named = 0;
    for (status = 0; status < STATUS_MAX; status++) {
        int excused = 0;
        for (i = 0; i < sizeof cannot / sizeof cannot[0]; i++) {
            excused |= cannot[i] == status;
        }
        if (lp_status_name(status).len > 0) {
            named++;
            if (seen[status] == excused) {
                fprintf(stderr, "status %u was %s\n", status, excused ? "seen" : "never seen");
                failures++;
            }
        }
    }
    CHECK(named > 30);
}

static void *all(void *unused) {
    lp_engine *engine = NULL;
    lp_snapshot *snapshot = NULL;
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, LP_STR(SAMPLE_PORTFOLIO), NULL) == LP_STATUS_OK);
    CHECK(lp_engine_set_policy(engine, LP_STR(SAMPLE_POLICY), NULL) == LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &snapshot, NULL) == LP_STATUS_OK);
    refused_portfolios();
    refused_policies();
    refused_claims(snapshot);
    refused_scores();
    refused_questions(snapshot);
    refused_workflows(snapshot);
    refused_ledgers();
    all_problems();
    nothing_behind_a_struct_is_written(snapshot);
    nothing_is_told_of_null();
    what_is_no_error_is_no_success(engine);
    null_is_refused(engine, snapshot);
    what_is_no_object();
    no_status_was_forgotten();
    deep_policies(engine);
    lp_snapshot_free(snapshot);
    lp_engine_free(engine);
    return unused;
}

/* On a small stack: no document and no policy, however deep, needs more than the header says. */
int main(void) {
    pthread_t thread;
    pthread_attr_t small;
    CHECK(pthread_attr_init(&small) == 0);
#ifndef __SANITIZE_ADDRESS__ /* which needs stack of its own */
    CHECK(pthread_attr_setstacksize(&small, SAMPLE_STACK) == 0);
#endif
    CHECK(pthread_create(&thread, &small, all, NULL) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(pthread_attr_destroy(&small) == 0);
    if (failures == 0) {
        puts("c: faults passed");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
