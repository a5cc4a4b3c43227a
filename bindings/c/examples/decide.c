/*
 * May release R-11 go to production, and if not, who can change that?
 *
 *     cc decide.c $(pkg-config --cflags --libs lynchpin) -o decide && ./decide
 */
#include <stdio.h>

#include "lynchpin.h"
#include "release.h"

/* What holds the decision back, and who can act on it. */
static void explain(const lp_decision *decision) {
    lp_reason reason = {.struct_size = sizeof reason};
    lp_actor actor = {.struct_size = sizeof actor};
    size_t i, who;
    for (i = 0; lp_decision_root_blocker_at(decision, i, &reason) == LP_STATUS_OK; i++) {
        lp_str name = lp_reason_name(reason.code);
        printf("- %.*s\n", (int)name.len, name.ptr);
        for (who = 0; who < reason.act_count; who++) {
            if (lp_decision_act_at(decision, reason.index, who, &actor) == LP_STATUS_OK) {
                printf("  %s %.*s can act\n", actor.kind == LP_ACTOR_GROUP ? "group" : "person",
                       (int)actor.id.len, actor.id.ptr);
            }
        }
    }
}

int main(void) {
    lp_engine *engine = NULL;
    lp_snapshot *snapshot = NULL;
    lp_decision *decision = NULL;
    lp_error *error = NULL;
    int64_t at = 0;
    bool go = false;
    bool asked;

    if (lp_instant_parse(LP_STR("2026-11-03T10:00:00Z"), &at, &error) == LP_STATUS_OK
        && lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, &error) == LP_STATUS_OK
        && lp_engine_load(engine, LP_TEXT(portfolio), &error) == LP_STATUS_OK
        && lp_engine_set_policy(engine, LP_TEXT(policy), &error) == LP_STATUS_OK
        && lp_engine_snapshot(engine, &snapshot, &error) == LP_STATUS_OK
        && lp_snapshot_decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"), LP_STR("production"),
                              at, &decision, &error) == LP_STATUS_OK) {
        lp_str verdict = lp_verdict_name(lp_decision_verdict(decision));
        printf("%.*s\n", (int)verdict.len, verdict.ptr);
        go = lp_decision_is_go(decision);
    } else {
        lp_str message = lp_error_message(error);
        fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
    }
    asked = decision != NULL;
    explain(decision); /* of NULL there is nothing to say */

    lp_error_free(error);
    lp_decision_free(decision);
    lp_snapshot_free(snapshot);
    lp_engine_free(engine);
    if (go) {
        return 0;
    }
    return asked ? 1 : 2;
}
