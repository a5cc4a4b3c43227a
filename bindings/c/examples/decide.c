/*
 * May release R-11 go to production, and if not, who can change that?
 *
 *     cc decide.c $(pkg-config --cflags --libs lynchpin) -o decide && ./decide
 */
#include <stdio.h>

#include "lynchpin.h"

#define AT INT64_C(1793700000000000) /* 2026-11-03T10:00:00Z in microseconds */

static const char portfolio[] =
    "{\"lynchpin\": \"portfolio/1\","
    " \"people\": [{\"id\": \"raj\"}, {\"id\": \"mei\"}, {\"id\": \"ann\"}, {\"id\": \"bob\"}],"
    " \"groups\": [{\"id\": \"cab\", \"members\": [{\"person\": \"ann\"}, {\"person\": \"bob\"}]}],"
    " \"stages\": [{\"id\": \"staging\"}, {\"id\": \"production\"}],"
    " \"releases\": [{\"id\": \"R-11\", \"revision\": 1, \"at\": \"2026-11-01T09:00:00Z\","
    "   \"by\": \"mei\", \"changes\": [\"C-4\", \"C-7\"]}],"
    " \"changes\": [{\"id\": \"C-4\", \"revision\": 1, \"at\": \"2026-10-30T09:00:00Z\","
    "   \"by\": \"raj\", \"plans\": {\"back_out\": \"helm rollback 40\"}},"
    "  {\"id\": \"C-7\", \"revision\": 1, \"at\": \"2026-10-30T10:00:00Z\", \"by\": \"raj\","
    "   \"requires\": [{\"change\": \"C-4\"}], \"plans\": {\"back_out\": \"helm rollback 41\"}}],"
    " \"approvals\": [{\"release\": \"R-11\", \"revision\": 1, \"requirement\": \"board\","
    "   \"stage\": \"production\", \"decision\": \"approved\", \"at\": \"2026-11-02T12:00:00Z\","
    "   \"by\": \"ann\"}]}";

static const char policy[] =
    "name = \"acme\"\n"
    "open = [\"staging\"]\n"
    "requirement.back-out = { plan = \"back_out\" }\n"
    "requirement.board = { approval = { group = \"cab\", people = 2 } }\n"
    "gate.plan = { stage = \"production\", judges = \"change\", require = \"back-out\" }\n"
    "gate.board = { stage = \"production\", judges = \"release\", require = \"board\" }\n";

static void print(const char *before, lp_str text, const char *after) {
    printf("%s%.*s%s", before, (int)text.len, text.len == 0 ? "" : text.ptr, after);
}

/* What holds the decision back, and who can act on it. */
static void explain(const lp_decision *decision) {
    lp_reason reason;
    lp_actor actor;
    size_t i, who;
    reason.struct_size = sizeof reason;
    actor.struct_size = sizeof actor;
    for (i = 0; lp_decision_root_blocker_at(decision, i, &reason) == LP_STATUS_OK; i++) {
        print("  ", lp_reason_name(reason.code), "");
        print(" (", reason.requirement, ")");
        print(" ", reason.args_json, "\n");
        for (who = 0; who < reason.act_count; who++) {
            if (lp_decision_act_at(decision, reason.index, who, &actor) == LP_STATUS_OK) {
                print(actor.kind == LP_ACTOR_GROUP ? "    group " : "    ", actor.id, " can act\n");
            }
        }
    }
}

int main(void) {
    lp_engine *engine = NULL;
    lp_snapshot *snapshot = NULL;
    lp_decision *decision = NULL;
    lp_error *error = NULL;
    int status = 2;

    if (lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, &error) == LP_STATUS_OK
        && lp_engine_load(engine, (lp_str){portfolio, sizeof portfolio - 1}, &error) == LP_STATUS_OK
        && lp_engine_set_policy(engine, (lp_str){policy, sizeof policy - 1}, &error) == LP_STATUS_OK
        && lp_engine_snapshot(engine, &snapshot, &error) == LP_STATUS_OK
        && lp_snapshot_decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"), LP_STR("production"),
                              AT, &decision, &error) == LP_STATUS_OK) {
        print("R-11 to production: ", lp_verdict_name(lp_decision_verdict(decision)), "\n");
        explain(decision);
        status = lp_verdict_is_go(lp_decision_verdict(decision)) ? 0 : 1;
    } else {
        print("", lp_error_message(error), "\n");
    }
    lp_error_free(error);
    lp_decision_free(decision);
    lp_snapshot_free(snapshot);
    lp_engine_free(engine);
    return status;
}
