/*
 * All that there is to read: problems, reasons, waves, contributions, questions as JSON.
 *
 *     cc tour.c $(pkg-config --cflags --libs lynchpin) -o tour && ./tour
 */
#include <stdio.h>

#include "lynchpin.h"
#include "release.h"

/* Tells every problem, and frees the error. */
static int fail(lp_error *error) {
    size_t i;
    lp_problem problem = {.struct_size = sizeof problem};
    for (i = 0; lp_error_problem_at(error, i, &problem) == LP_STATUS_OK; i++) {
        fprintf(stderr, "%.*s (line %u): %.*s\n", (int)problem.path.len, problem.path.ptr,
                (unsigned)problem.line, (int)problem.message.len, problem.message.ptr);
    }
    lp_error_free(error);
    return 2;
}

/* The reasons right below one of them. */
static void below(const lp_decision *decision, size_t parent) {
    lp_reason reason = {.struct_size = sizeof reason};
    if (lp_decision_reason_at(decision, parent, &reason) == LP_STATUS_OK) {
        size_t child = parent + 1, end = reason.next;
        while (child < end
               && lp_decision_reason_at(decision, child, &reason) == LP_STATUS_OK) {
            lp_str name = lp_reason_name(reason.code);
            printf("  %u %.*s\n", (unsigned)reason.verdict, (int)name.len, name.ptr);
            child = reason.next;
        }
    }
}

static int decide(const lp_snapshot *snapshot, int64_t at) {
    size_t i;
    bool go;
    lp_decision *decision = NULL;
    lp_error *error = NULL;
    if (lp_snapshot_decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"), LP_STR("production"), at,
                           &decision, &error) != LP_STATUS_OK) {
        return fail(error);
    }
    lp_reason reason = {.struct_size = sizeof reason};
    for (i = 0; lp_decision_root_blocker_at(decision, i, &reason) == LP_STATUS_OK; i++) {
        lp_str name = lp_reason_name(reason.code);
        printf("- %.*s: %.*s %.*s\n", (int)reason.subject_id.len, reason.subject_id.ptr,
               (int)name.len, name.ptr, (int)reason.args_json.len, reason.args_json.ptr);
    }
    below(decision, 0);
    lp_buf json = {NULL, 0};
    if (lp_decision_json(decision, LP_DETAIL_FULL, &json, &error) == LP_STATUS_OK) {
        puts(json.ptr);
    }
    lp_buf_free(&json);
    go = lp_decision_is_go(decision);
    lp_decision_free(decision);
    return go ? 0 : 1;
}

static void plan_waves(const lp_plan *plan) {
    size_t wave, group, i;
    for (wave = 0; wave < lp_plan_wave_count(plan); wave++) {
        for (group = 0; group < lp_plan_group_count(plan, wave); group++) {
            lp_strs changes = lp_plan_group_at(plan, wave, group);
            for (i = 0; i < changes.len; i++) {
                lp_str id = changes.ptr[i];
                printf("wave %u: %.*s\n", (unsigned)wave, (int)id.len, id.ptr);
            }
        }
    }
}

static void contributions(const lp_score *score) {
    size_t i, k;
    lp_risk whole = {.struct_size = sizeof whole};
    if (lp_score_whole(score, &whole) == LP_STATUS_OK) {
        printf("risk of %.*s: %.2f %%\n", (int)whole.subject_id.len, whole.subject_id.ptr,
               whole.probability / 1e7);
    }
    lp_change_risk risk = {.struct_size = sizeof risk};
    lp_contribution part = {.struct_size = sizeof part};
    for (i = 0; lp_score_change_at(score, i, &risk) == LP_STATUS_OK; i++) {
        for (k = 0; lp_score_contribution_at(score, i, k, &part) == LP_STATUS_OK; k++) {
            printf("%.*s: %+.3f by %.*s\n", (int)risk.change.len, risk.change.ptr,
                   (double)part.log_odds / 1e9, (int)part.factor.len, part.factor.ptr);
        }
    }
}

static void ask(const lp_snapshot *snapshot) {
    lp_error *error = NULL;
    lp_buf answer = {NULL, 0};
    const char *question = "{\"reach\": {\"change\": \"C-7\", \"direction\": \"upstream\","
                           " \"at\": \"2026-11-03T10:00:00Z\"}}";
    if (lp_ask(snapshot, LP_TEXT(question), &answer, &error) == LP_STATUS_OK) {
        puts(answer.ptr);
    }
    lp_buf_free(&answer);
    lp_error_free(error);
}

static int tour(lp_engine *engine, lp_snapshot **snapshot, lp_plan **plan, lp_score **score) {
    lp_error *error = NULL;
    int64_t at = 0;
    if (lp_instant_parse(LP_STR("2026-11-03T10:00:00Z"), &at, &error) != LP_STATUS_OK) {
        return fail(error);
    }
    if (lp_engine_load(engine, LP_TEXT(portfolio), &error) != LP_STATUS_OK
        || lp_engine_set_policy(engine, LP_TEXT(policy), &error) != LP_STATUS_OK
        || lp_engine_snapshot(engine, snapshot, &error) != LP_STATUS_OK
        || lp_snapshot_plan(*snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"), LP_STR("production"), at,
                            LP_SCOPE_ALL, plan, &error) != LP_STATUS_OK
        || lp_snapshot_score(*snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"), at, score, &error)
               != LP_STATUS_OK) {
        return fail(error);
    }
    plan_waves(*plan);
    contributions(*score);
    ask(*snapshot);
    return decide(*snapshot, at);
}

int main(void) {
    lp_engine *engine = NULL;
    lp_snapshot *snapshot = NULL;
    lp_plan *plan = NULL;
    lp_score *score = NULL;
    lp_error *error = NULL;
    int status;
    if (lp_abi_version() != LP_ABI_VERSION) {
        fputs("header and library do not belong together\n", stderr);
        return 2;
    }
    if (lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, &error) != LP_STATUS_OK) {
        return fail(error);
    }
    status = tour(engine, &snapshot, &plan, &score);
    lp_score_free(score);
    lp_plan_free(plan);
    lp_snapshot_free(snapshot);
    lp_engine_free(engine);
    return status;
}
