/* Every typed function, used as meant and as not meant; the statuses are in faults.c. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lynchpin.h"
#include "lynchpin.h" /* twice does no harm */
#include "sample.h"

#define VIEW(type, name)                                                                          \
    type name;                                                                                    \
    memset(&name, 0xff, sizeof name);                                                             \
    name.struct_size = sizeof name

static int same(lp_str text, const char *wanted) {
    return text.len == strlen(wanted) && (text.len == 0 || !memcmp(text.ptr, wanted, text.len));
}

/* An output that is empty leads to something that can be read. */
static int is_empty(lp_str text) {
    return text.len == 0 && text.ptr != NULL && *text.ptr == '\0';
}

static int holds(lp_strs list, const char *first, const char *second) {
    size_t len = (first != NULL ? 1U : 0U) + (second != NULL ? 1U : 0U);
    return list.len == len && (len < 1 || same(list.ptr[0], first))
           && (len < 2 || same(list.ptr[1], second));
}

static lp_snapshot *sample(void) {
    lp_engine *engine = NULL;
    lp_snapshot *snapshot = NULL;
    lp_error *error = NULL;
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, &error) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, LP_STR(SAMPLE_PORTFOLIO), &error) == LP_STATUS_OK);
    CHECK(lp_engine_set_policy(engine, LP_STR(SAMPLE_POLICY), &error) == LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &snapshot, &error) == LP_STATUS_OK);
    CHECK(error == NULL);
    if (error != NULL) {
        lp_str message = lp_error_message(error);
        fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
        lp_error_free(error);
    }
    lp_engine_free(engine);
    return snapshot;
}

static lp_decision *decide(const lp_snapshot *snapshot, uint32_t kind, lp_str id) {
    lp_decision *decision = NULL;
    CHECK(lp_snapshot_decide(snapshot, kind, id, LP_STR("production"), SAMPLE_AT, &decision, NULL)
          == LP_STATUS_OK);
    return decision;
}

static void versions_and_names(void) {
    CHECK(lp_abi_version() == LP_ABI_VERSION);
    CHECK(same(lp_version(), LP_VERSION));
    CHECK(same(lp_status_name(LP_STATUS_OK), "ok"));
    CHECK(same(lp_status_name(LP_STATUS_DUPLICATE_KEY), "duplicate_key"));
    CHECK(same(lp_status_name(7), ""));
    CHECK(same(lp_verdict_name(LP_VERDICT_NEEDS_ACTION), "needs_action"));
    CHECK(same(lp_verdict_name(0), ""));
    CHECK(same(lp_reason_name(LP_REASON_APPROVAL_STALE), "approval_stale"));
    CHECK(lp_reason_text(LP_REASON_APPROVAL_STALE).len > 0);
    CHECK(same(lp_reason_name(0), "") && same(lp_reason_text(0), ""));
    CHECK(lp_gate_state_of(LP_VERDICT_NEEDS_ACTION, true) == LP_GATE_STATE_STALE);
    CHECK(lp_gate_state_of(0, false) == 0 && lp_gate_move(0, LP_GATE_EVENT_ASKED) == 0);
    CHECK(lp_gate_move(LP_GATE_STATE_SEALED, LP_GATE_EVENT_FACT_ADDED) == LP_GATE_MOVE_STAYS);
    CHECK(lp_gate_move(LP_GATE_STATE_STALE, LP_GATE_EVENT_ENTERED) == LP_GATE_MOVE_BREACHES);
    CHECK(same(lp_gate_state_name(LP_GATE_STATE_PASSED), "passed"));
    CHECK(same(lp_gate_event_name(LP_GATE_EVENT_HELD), "held"));
    CHECK(same(lp_gate_state_name(1), "") && same(lp_gate_event_name(99), ""));
    CHECK(lp_profile(LP_STR("itil")).len > 1000 && same(lp_profile(LP_STR("waterfall")), ""));
    CHECK(lp_verdict_is_go(LP_VERDICT_GO) && lp_verdict_is_go(LP_VERDICT_GO_WAIVED));
    CHECK(!lp_verdict_is_go(0) && !lp_verdict_is_go(1));
    CHECK(!lp_verdict_is_go(LP_VERDICT_NOT_APPLICABLE) && !lp_verdict_is_go(LP_VERDICT_WAIT));
}

static void a_waiting_change(const lp_snapshot *snapshot) {
    lp_decision *decision = decide(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-6"));
    VIEW(lp_reason, reason);
    VIEW(lp_actor, actor);
    size_t count = lp_decision_reason_count(decision);
    CHECK(lp_decision_verdict(decision) == LP_VERDICT_NEEDS_ACTION);
    CHECK(lp_decision_clears(decision) == LP_CLEARS_ON_ACTION);
    CHECK(lp_decision_clears_at(decision) == LP_NEVER);
    CHECK(lp_decision_holds_until(decision) == LP_NEVER);
    CHECK(lp_decision_subject_kind(decision) == LP_SUBJECT_CHANGE);
    CHECK(same(lp_decision_subject_id(decision), "C-6"));
    CHECK(same(lp_decision_stage(decision), "production"));
    CHECK(lp_decision_at(decision) == SAMPLE_AT);
    CHECK(lp_decision_policy(decision).len == strlen("sha256:") + 64);
    CHECK(same(lp_decision_risk_model(decision), "")); /* the policy asks for none */
    CHECK(!lp_decision_what_if(decision) && !lp_decision_is_go(decision));
    CHECK(is_empty(lp_decision_risk_model(decision)));
    CHECK(lp_decision_root_blocker_count(decision) == 1);
    CHECK(lp_decision_root_blocker_at(decision, 0, &reason) == LP_STATUS_OK);
    CHECK(reason.struct_size == sizeof reason);
    CHECK(reason.verdict == LP_VERDICT_NEEDS_ACTION);
    CHECK(reason.code == LP_REASON_APPROVAL_MISSING);
    CHECK(reason.index > 0 && reason.index < count && reason.next == reason.index + 1);
    CHECK(reason.subject_kind == LP_SUBJECT_CHANGE && same(reason.subject_id, "C-6"));
    CHECK(same(reason.gate, "board") && same(reason.requirement, "board"));
    CHECK(reason.clears == LP_CLEARS_ON_ACTION && reason.clears_at == LP_NEVER);
    CHECK(reason.args_json.len > 2 && reason.args_json.ptr[0] == '{');
    CHECK(reason.act_count == 1);
    CHECK(lp_decision_act_at(decision, reason.index, 0, &actor) == LP_STATUS_OK);
    CHECK(actor.kind == LP_ACTOR_GROUP && same(actor.id, "cab"));
    CHECK(lp_decision_act_at(decision, reason.index, 1, &actor) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_decision_reason_at(decision, 0, &reason) == LP_STATUS_OK);
    CHECK(reason.index == 0 && reason.next == count);
    CHECK(is_empty(reason.gate) && is_empty(reason.requirement));
    CHECK(lp_decision_reason_at(decision, count, &reason) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_decision_root_blocker_at(decision, 1, &reason) == LP_STATUS_BAD_ARGUMENT);
    lp_decision_free(decision);
}

static void times_are_numbers(const lp_snapshot *snapshot) {
    lp_decision *decision = decide(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-1"));
    VIEW(lp_reason, reason);
    size_t i, waiting = 0;
    for (i = 0; i < lp_decision_reason_count(decision); i++) {
        CHECK(lp_decision_reason_at(decision, i, &reason) == LP_STATUS_OK);
        CHECK(reason.index == i && reason.next > i);
        if (reason.code == LP_REASON_APPROVAL_LATER) {
            waiting++;
            CHECK(reason.clears == LP_CLEARS_AT);
            CHECK(reason.clears_at == SAMPLE_AT + 12 * SAMPLE_HOUR);
            CHECK(reason.holds_until == SAMPLE_AT + 12 * SAMPLE_HOUR);
        }
    }
    CHECK(waiting == 1);
    CHECK(lp_decision_holds_until(decision) == SAMPLE_AT + 12 * SAMPLE_HOUR);
    lp_decision_free(decision);
    /* Without a stage it is the first one, which the policy leaves open. */
    CHECK(lp_snapshot_decide(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-6"), LP_STR(""), SAMPLE_AT,
                             &decision, NULL) == LP_STATUS_OK);
    CHECK(same(lp_decision_stage(decision), "staging"));
    CHECK(lp_decision_verdict(decision) == LP_VERDICT_GO && lp_decision_is_go(decision));
    CHECK(lp_decision_clears(decision) == LP_CLEARS_NOW);
    CHECK(lp_decision_root_blocker_count(decision) == 0);
    lp_decision_free(decision);
}

/* A policy that is not the adopted one says what it would say, and lets nothing go. */
static void what_if(void) {
    static const char adopts[] =
        "{\"lynchpin\": \"portfolio/1\", \"policies\": [{\"at\": \"2026-11-01T00:00:00Z\","
        " \"by\": \"mei\", \"text\": \"name = \\\"acme\\\"\\nrequirement.r = { plan ="
        " \\\"back_out\\\" }\\ngate.g = { stage = \\\"staging\\\", judges = \\\"change\\\","
        " require = \\\"r\\\" }\\n\"}]}";
    const lp_str open = LP_STR("name = \"acme\"\nopen = [\"production\"]\n");
    lp_engine *engine = NULL;
    lp_snapshot *snapshot = NULL;
    lp_decision *decision = NULL;
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, LP_STR(SAMPLE_PORTFOLIO), NULL) == LP_STATUS_OK);
    CHECK(lp_engine_set_policy(engine, open, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &snapshot, NULL) == LP_STATUS_OK);
    decision = decide(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-6"));
    CHECK(!lp_decision_what_if(decision) && lp_decision_is_go(decision)); /* none is adopted */
    lp_decision_free(decision);
    lp_snapshot_free(snapshot);
    CHECK(lp_engine_load(engine, LP_TEXT(adopts), NULL) == LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &snapshot, NULL) == LP_STATUS_OK);
    decision = decide(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-6"));
    CHECK(lp_verdict_is_go(lp_decision_verdict(decision)));
    CHECK(lp_decision_what_if(decision) && !lp_decision_is_go(decision));
    lp_decision_free(decision);
    lp_snapshot_free(snapshot);
    lp_engine_free(engine);
}

/* The changes of a release, and the facts that reasons rest on. */
static void changes_and_cites(const lp_snapshot *snapshot) {
    lp_decision *decision = decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"));
    VIEW(lp_reason, reason);
    lp_buf json = {NULL, 0};
    size_t i, k, cited = 0, held = 0;
    CHECK(lp_decision_change_count(decision) == 9); /* the cancelled one does not count */
    for (i = 0; lp_decision_change_at(decision, i, &reason) == LP_STATUS_OK; i++) {
        CHECK(reason.code == LP_REASON_CHANGE || reason.code == LP_REASON_CHANGE_UNKNOWN);
        CHECK(reason.subject_kind == LP_SUBJECT_CHANGE);
        held += !lp_verdict_is_go(reason.verdict);
    }
    CHECK(i == 9 && held > 5);
    CHECK(lp_decision_json(decision, LP_DETAIL_FULL, &json, NULL) == LP_STATUS_OK);
    for (i = 0; i < lp_decision_reason_count(decision); i++) {
        lp_strs cites = lp_decision_cites(decision, i);
        CHECK((cites.ptr == NULL) == (cites.len == 0));
        for (k = 0; k < cites.len; k++) {
            char text[128];
            CHECK(cites.ptr[k].len < sizeof text);
            (void)snprintf(text, sizeof text, "\"%.*s\"", (int)cites.ptr[k].len, cites.ptr[k].ptr);
            CHECK(strstr(text, "/sha256:") != NULL && strstr(json.ptr, text) != NULL);
            cited++;
        }
    }
    CHECK(cited > 0 && lp_decision_cites(decision, i).len == 0);
    lp_buf_free(&json);
    lp_decision_free(decision);
}

static void lists(const lp_snapshot *snapshot) {
    lp_ids *ids = NULL;
    CHECK(lp_snapshot_stages(snapshot, &ids, NULL) == LP_STATUS_OK);
    CHECK(holds(lp_ids_all(ids), "staging", "production"));
    lp_ids_free(ids);
    CHECK(lp_snapshot_releases(snapshot, SAMPLE_AT, &ids, NULL) == LP_STATUS_OK);
    CHECK(holds(lp_ids_all(ids), "R-1", NULL));
    lp_ids_free(ids);
    CHECK(lp_snapshot_changes(snapshot, SAMPLE_AT, &ids, NULL) == LP_STATUS_OK);
    CHECK(lp_ids_all(ids).len == 8 && same(lp_ids_all(ids).ptr[0], "C-1"));
    lp_ids_free(ids);
    CHECK(lp_snapshot_changes(snapshot, 0, &ids, NULL) == LP_STATUS_OK);
    CHECK(lp_ids_all(ids).len == 0 && lp_ids_all(ids).ptr == NULL);
    lp_ids_free(ids);
    CHECK(lp_snapshot_reach(snapshot, LP_STR("C-1"), LP_DIRECTION_UPSTREAM, SAMPLE_AT, &ids, NULL)
          == LP_STATUS_OK);
    CHECK(holds(lp_ids_all(ids), "C-10", "C-11"));
    lp_ids_free(ids);
    CHECK(lp_snapshot_reach(snapshot, LP_STR("C-4"), LP_DIRECTION_DOWNSTREAM, SAMPLE_AT, &ids, NULL)
          == LP_STATUS_OK);
    CHECK(holds(lp_ids_all(ids), "C-3", NULL));
    lp_ids_free(ids);
}

static void times_as_text(void) {
    int64_t at = 0;
    lp_buf text = {NULL, 0};
    CHECK(lp_instant_parse(LP_STR("2026-11-04T00:00:00Z"), &at, NULL) == LP_STATUS_OK);
    CHECK(at == SAMPLE_AT);
    CHECK(lp_instant_text(at + 250000, &text, NULL) == LP_STATUS_OK);
    CHECK(strcmp(text.ptr, "2026-11-04T00:00:00.250000Z") == 0);
    lp_buf_free(&text);
    CHECK(lp_instant_text(LP_NEVER, &text, NULL) == LP_STATUS_OK);
    CHECK(strcmp(text.ptr, "never") == 0);
    lp_buf_free(&text);
}

/* A report in a format: whether it begins so. */
static int begins(uint32_t status, lp_buf *report, const char *with) {
    int good = status == LP_STATUS_OK && strncmp(report->ptr, with, strlen(with)) == 0;
    if (!good && status == LP_STATUS_OK) {
        fprintf(stderr, "does not begin with `%s`: %.60s\n", with, report->ptr);
    }
    lp_buf_free(report);
    return good;
}

static void reports(const lp_snapshot *snapshot) {
    lp_decision *decision = decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"));
    lp_plan *plan = NULL;
    lp_score *score = NULL;
    lp_buf out = {NULL, 0};
    CHECK(lp_snapshot_plan(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"), LP_STR("production"),
                           SAMPLE_AT, LP_SCOPE_ALL, &plan, NULL) == LP_STATUS_OK);
    CHECK(lp_snapshot_score(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"), SAMPLE_AT, &score, NULL)
          == LP_STATUS_OK);
#define BEGINS(call, with) CHECK(begins(call, &out, with))
    BEGINS(lp_decision_report(decision, LP_FORMAT_TEXT, &out, NULL), "\xe2\x9c\x97 NO GO");
    BEGINS(lp_decision_report(decision, LP_FORMAT_TERMINAL, &out, NULL), "\x1b[");
    BEGINS(lp_decision_report(decision, LP_FORMAT_MARKDOWN, &out, NULL), "");
    BEGINS(lp_plan_report(plan, LP_FORMAT_TEXT, &out, NULL), "");
    BEGINS(lp_plan_report(plan, LP_FORMAT_MARKDOWN, &out, NULL), "");
    BEGINS(lp_plan_report(plan, LP_FORMAT_MERMAID, &out, NULL), "");
    BEGINS(lp_plan_report(plan, LP_FORMAT_SVG, &out, NULL), "<svg");
    BEGINS(lp_score_report(score, LP_FORMAT_TEXT, &out, NULL), "");
    BEGINS(lp_score_report(score, LP_FORMAT_MARKDOWN, &out, NULL), "");
    BEGINS(lp_workflow_report(LP_STR("continuous"), LP_FORMAT_TEXT, &out, NULL), "continuous: ");
    BEGINS(lp_workflow_report(LP_STR("continuous"), LP_FORMAT_MARKDOWN, &out, NULL), "###");
    BEGINS(lp_workflow_report(LP_STR("continuous"), LP_FORMAT_MERMAID, &out, NULL), "stateDiagram");
    BEGINS(lp_workflow_report(LP_STR("continuous"), LP_FORMAT_SVG, &out, NULL), "<svg");
#undef BEGINS
    CHECK(lp_decision_report(decision, LP_FORMAT_SVG, &out, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_score_report(score, LP_FORMAT_MERMAID, &out, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_plan_report(plan, 0, &out, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_workflow_report(LP_STR("nothing"), LP_FORMAT_SVG, &out, NULL)
          == LP_STATUS_WORKFLOW_UNKNOWN);
    CHECK(lp_workflow_report(LP_STR("continuous"), 0, &out, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(out.ptr == NULL);
    lp_decision_free(decision);
    lp_plan_free(plan);
    lp_score_free(score);
}

static void a_plan(const lp_snapshot *snapshot) {
    lp_plan *plan = NULL;
    VIEW(lp_dropped, dropped);
    VIEW(lp_missing, missing);
    VIEW(lp_cycle, cycle);
    VIEW(lp_edge, edge);
    VIEW(lp_conflict, conflict);
    size_t i, causes = 0;
    CHECK(lp_snapshot_plan(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"), LP_STR("production"),
                           SAMPLE_AT, LP_SCOPE_ALL, &plan, NULL) == LP_STATUS_OK);
    CHECK(lp_plan_subject_kind(plan) == LP_SUBJECT_RELEASE);
    CHECK(same(lp_plan_subject_id(plan), "R-1") && same(lp_plan_stage(plan), "production"));
    CHECK(lp_plan_at(plan) == SAMPLE_AT && lp_plan_scope(plan) == LP_SCOPE_ALL);
    CHECK(lp_plan_wave_count(plan) == 2);
    CHECK(lp_plan_group_count(plan, 0) == 2 && lp_plan_group_count(plan, 1) == 1);
    CHECK(holds(lp_plan_group_at(plan, 0, 0), "C-10", "C-11"));
    CHECK(holds(lp_plan_group_at(plan, 0, 1), "C-6", NULL));
    CHECK(holds(lp_plan_group_at(plan, 1, 0), "C-1", NULL));
    CHECK(lp_plan_group_count(plan, 2) == 0 && holds(lp_plan_group_at(plan, 2, 0), NULL, NULL));
    CHECK(lp_plan_critical_path(plan).len == 3 && lp_plan_critical_minutes(plan) == 3);
    CHECK(holds(lp_plan_cancelled(plan), "C-7", NULL));
    CHECK(holds(lp_plan_unknown(plan), "C-8", NULL));
    CHECK(lp_plan_missing_count(plan) == 1);
    CHECK(lp_plan_missing_at(plan, 0, &missing) == LP_STATUS_OK);
    CHECK(same(missing.change, "C-2") && holds(missing.needs, "C-9", NULL));
    CHECK(lp_plan_cycle_count(plan) == 1);
    CHECK(lp_plan_cycle_at(plan, 0, &cycle) == LP_STATUS_OK);
    CHECK(holds(cycle.changes, "C-3", "C-4"));
    CHECK(cycle.edge_count == 2 && cycle.exact && cycle.forbidden);
    CHECK(lp_plan_cycle_edge_at(plan, 0, 0, &edge) == LP_STATUS_OK);
    CHECK(same(edge.from, "C-3") && same(edge.kind, "requires") && same(edge.to, "C-4"));
    CHECK(lp_plan_cycle_edge_at(plan, 0, 2, &edge) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_plan_cycle_edge_at(plan, 1, 0, &edge) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_plan_conflict_count(plan) == 1);
    CHECK(lp_plan_conflict_at(plan, 0, &conflict) == LP_STATUS_OK);
    CHECK(same(conflict.first, "C-5") && same(conflict.second, "C-6"));
    CHECK(same(conflict.goes, "C-6") && conflict.scope == LP_CONFLICT_IN_FLIGHT);
    for (i = 0; i < lp_plan_dropped_count(plan); i++) {
        CHECK(lp_plan_dropped_at(plan, i, &dropped) == LP_STATUS_OK);
        CHECK(dropped.changes.len > 0 && dropped.roots.len > 0);
        causes |= dropped.why;
    }
    CHECK(causes == (LP_DROPPED_NOT_GO | LP_DROPPED_MISSING | LP_DROPPED_CYCLE));
    CHECK(lp_plan_dropped_at(plan, i, &dropped) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_plan_missing_at(plan, 1, &missing) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_plan_cycle_at(plan, 1, &cycle) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_plan_conflict_at(plan, 1, &conflict) == LP_STATUS_BAD_ARGUMENT);
    lp_plan_free(plan);
}

static void what_is_planned_too_late(void) {
    lp_engine *engine = NULL;
    lp_snapshot *snapshot = NULL;
    lp_plan *plan = NULL;
    VIEW(lp_late, late);
    CHECK(lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, LP_STR(LATE_PORTFOLIO), NULL) == LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &snapshot, NULL) == LP_STATUS_OK);
    CHECK(lp_snapshot_plan(snapshot, LP_SUBJECT_CHANGE, LP_STR("A"), LP_STR("production"),
                           SAMPLE_AT, LP_SCOPE_ALL, &plan, NULL) == LP_STATUS_OK);
    CHECK(lp_plan_late_count(plan) == 1);
    CHECK(lp_plan_late_at(plan, 0, &late) == LP_STATUS_OK);
    CHECK(same(late.change, "A") && same(late.needs, "B"));
    CHECK(late.starts == SAMPLE_AT + 24 * SAMPLE_HOUR);
    CHECK(late.done == SAMPLE_AT + 5 * 24 * SAMPLE_HOUR);
    CHECK(lp_plan_late_at(plan, 1, &late) == LP_STATUS_BAD_ARGUMENT);
    lp_plan_free(plan);
    lp_snapshot_free(snapshot);
    lp_engine_free(engine);
}

static void a_score(const lp_snapshot *snapshot) {
    lp_score *score = NULL, *whole = NULL;
    VIEW(lp_contribution, part);
    VIEW(lp_change_risk, risk);
    VIEW(lp_driver, driver);
    VIEW(lp_risk, one);
    VIEW(lp_risk, all);
    int64_t sum;
    size_t i;
    CHECK(lp_snapshot_score(snapshot, LP_SUBJECT_CHANGE, LP_STR("C-1"), SAMPLE_AT, &score, NULL)
          == LP_STATUS_OK);
    CHECK(lp_score_whole(score, &one) == LP_STATUS_OK);
    CHECK(one.subject_kind == LP_SUBJECT_CHANGE);
    CHECK(same(one.subject_id, "C-1") && one.at == SAMPLE_AT && same(one.model, "scorecard/1"));
    CHECK(one.probability > 0 && one.probability < 1000000000);
    CHECK(one.at_least == one.probability && one.at_most == one.probability);
    CHECK(one.change_count == 1 && one.driver_count == 0);
    CHECK(lp_score_change_at(score, 0, &risk) == LP_STATUS_OK);
    CHECK(same(risk.change, "C-1") && risk.probability == one.probability);
    CHECK(risk.contribution_count > 0);
    for (sum = risk.baseline, i = 0; i < risk.contribution_count; i++) {
        CHECK(lp_score_contribution_at(score, 0, i, &part) == LP_STATUS_OK);
        CHECK(part.factor.len > 0 && (part.known || part.value == 0));
        sum += part.log_odds;
        if (same(part.factor, "dependencies")) {
            CHECK(part.known && part.value == 1 && part.log_odds > 0);
        }
        if (same(part.factor, "lines")) {
            CHECK(!part.known && part.log_odds > 0);
        }
    }
    CHECK(sum == risk.log_odds);
    CHECK(lp_score_contribution_at(score, 0, i, &part) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_score_contribution_at(score, 1, 0, &part) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_score_change_at(score, 1, &risk) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_score_driver_at(score, 0, &driver) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_snapshot_score(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"), SAMPLE_AT, &whole, NULL)
          == LP_STATUS_OK);
    CHECK(lp_score_whole(whole, &all) == LP_STATUS_OK);
    CHECK(all.subject_kind == LP_SUBJECT_RELEASE && same(all.subject_id, "R-1"));
    CHECK(all.change_count == 8 && all.driver_count > 0);
    CHECK(lp_score_driver_at(whole, 0, &driver) == LP_STATUS_OK);
    CHECK(driver.change.len > 0 && driver.falls_by > 0);
    CHECK(all.at_least <= all.probability && all.probability <= all.at_most);
    CHECK(all.probability > one.probability);
    lp_score_free(whole);
    lp_score_free(score);
}

/* The typed answers as JSON are the bytes of the generic call. */
static void one_answer_in_two_ways(const lp_snapshot *snapshot) {
    lp_decision *decision = decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"));
    lp_plan *plan = NULL;
    lp_score *score = NULL;
    lp_buf typed[5], asked[5];
    size_t i;
    const char *const details[] = {"verdict", "unmet", "full"};
    char question[256];
    lp_str text;
    text.ptr = question;
    for (i = 0; i < 3; i++) {
        CHECK(lp_decision_json(decision, LP_DETAIL_VERDICT + (uint32_t)i, &typed[i], NULL)
              == LP_STATUS_OK);
        text.len = (size_t)snprintf(question, sizeof question,
                                    "{\"decide\": {\"subject\": {\"release\": \"R-1\"}, \"stage\":"
                                    " \"production\", \"at\": \"2026-11-04T00:00:00Z\","
                                    " \"detail\": \"%s\"}}", details[i]);
        CHECK(lp_ask(snapshot, text, &asked[i], NULL) == LP_STATUS_OK);
    }
    CHECK(lp_snapshot_plan(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"), LP_STR("production"),
                           SAMPLE_AT, LP_SCOPE_READY, &plan, NULL) == LP_STATUS_OK);
    CHECK(lp_plan_scope(plan) == LP_SCOPE_READY);
    CHECK(lp_plan_json(plan, &typed[3], NULL) == LP_STATUS_OK);
    CHECK(lp_ask(snapshot,
                 LP_STR("{\"plan\": {\"subject\": {\"release\": \"R-1\"}, \"stage\":"
                        " \"production\", \"at\": \"2026-11-04T00:00:00Z\","
                        " \"scope\": \"ready\"}}"),
                 &asked[3], NULL) == LP_STATUS_OK);
    CHECK(lp_snapshot_score(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"), SAMPLE_AT, &score, NULL)
          == LP_STATUS_OK);
    CHECK(lp_score_json(score, &typed[4], NULL) == LP_STATUS_OK);
    CHECK(lp_ask(snapshot,
                 LP_STR("{\"score\": {\"subject\": {\"release\": \"R-1\"},"
                        " \"at\": \"2026-11-04T00:00:00Z\"}}"),
                 &asked[4], NULL) == LP_STATUS_OK);
    for (i = 0; i < 5; i++) {
        CHECK(typed[i].len > 0 && typed[i].len == asked[i].len);
        CHECK(strlen(typed[i].ptr) == typed[i].len); /* NUL-terminated */
        CHECK(memcmp(typed[i].ptr, asked[i].ptr, typed[i].len) == 0);
        lp_buf_free(&typed[i]);
        CHECK(typed[i].ptr == NULL && typed[i].len == 0);
        lp_buf_free(&typed[i]);
        lp_buf_free(&asked[i]);
    }
    lp_decision_free(decision);
    lp_plan_free(plan);
    lp_score_free(score);
}

/* What an engine takes in later does not reach a snapshot; what is refused leaves no trace. */
static void a_snapshot_stays(void) {
    lp_engine *engine = NULL;
    lp_snapshot *before = NULL, *after = NULL;
    lp_decision *decision = NULL;
    CHECK(lp_engine_new(LP_LIMITS_BULK, &engine, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_snapshot(engine, &before, NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, LP_STR(SAMPLE_PORTFOLIO), NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, LP_STR(SAMPLE_PORTFOLIO), NULL) == LP_STATUS_OK);
    CHECK(lp_engine_load(engine, LP_STR("{\"lynchpin\": \"portfolio/1\", \"changes\": [{}]}"), NULL)
          == LP_STATUS_MISSING_FIELD);
    CHECK(lp_engine_set_policy(engine, LP_STR(SAMPLE_POLICY), NULL) == LP_STATUS_OK);
    CHECK(lp_engine_set_policy(engine, LP_STR("name = "), NULL) == LP_STATUS_SYNTAX);
    CHECK(lp_engine_snapshot(engine, &after, NULL) == LP_STATUS_OK);
    lp_engine_free(engine);
    CHECK(lp_snapshot_decide(before, LP_SUBJECT_CHANGE, LP_STR("C-1"), LP_STR("production"),
                             SAMPLE_AT, &decision, NULL) == LP_STATUS_SUBJECT_UNKNOWN);
    CHECK(decision == NULL);
    decision = decide(after, LP_SUBJECT_CHANGE, LP_STR("C-6"));
    CHECK(lp_decision_verdict(decision) == LP_VERDICT_NEEDS_ACTION);
    lp_snapshot_free(after);
    CHECK(same(lp_decision_subject_id(decision), "C-6"));
    lp_decision_free(decision);
    lp_snapshot_free(before);
}

static void *ask_often(void *argument) {
    const lp_snapshot *snapshot = argument;
    lp_buf first = {NULL, 0};
    lp_decision *decision;
    VIEW(lp_reason, reason);
    size_t round, i, wrong = 0;
    decision = decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"));
    wrong += lp_decision_json(decision, LP_DETAIL_FULL, &first, NULL) != LP_STATUS_OK;
    for (round = 0; round < 20; round++) {
        lp_decision *again = decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"));
        lp_buf next = {NULL, 0};
        wrong += lp_decision_json(again, LP_DETAIL_FULL, &next, NULL) != LP_STATUS_OK;
        wrong += next.len != first.len || memcmp(next.ptr, first.ptr, first.len) != 0;
        for (i = 0; i < lp_decision_reason_count(again); i++) {
            wrong += lp_decision_reason_at(again, i, &reason) != LP_STATUS_OK;
        }
        lp_buf_free(&next);
        lp_decision_free(again);
    }
    lp_buf_free(&first);
    lp_decision_free(decision);
    return wrong == 0 ? NULL : argument;
}

/* One thread reads what another one reads; both also read one decision, whose texts come late. */
static void *read_reasons(void *argument) {
    const lp_decision *decision = argument;
    VIEW(lp_reason, reason);
    size_t i, length = 0;
    for (i = 0; i < lp_decision_reason_count(decision); i++) {
        if (lp_decision_reason_at(decision, i, &reason) != LP_STATUS_OK) {
            return argument;
        }
        length += reason.args_json.len;
    }
    return length > 0 ? NULL : argument;
}

static void two_threads(lp_snapshot *snapshot) {
    lp_decision *decision = decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-1"));
    pthread_t threads[4];
    pthread_attr_t small;
    void *result;
    size_t i;
    CHECK(pthread_attr_init(&small) == 0);
#ifndef __SANITIZE_ADDRESS__ /* which needs stack of its own */
    CHECK(pthread_attr_setstacksize(&small, SAMPLE_STACK) == 0);
#endif
    for (i = 0; i < 4; i++) {
        void *shared = i < 2 ? (void *)snapshot : (void *)decision;
        CHECK(pthread_create(&threads[i], &small, i < 2 ? ask_often : read_reasons, shared) == 0);
    }
    CHECK(pthread_attr_destroy(&small) == 0);
    for (i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], &result) == 0 && result == NULL);
    }
    lp_decision_free(decision);
}

int main(void) {
    lp_snapshot *snapshot = sample();
    versions_and_names();
    a_waiting_change(snapshot);
    times_are_numbers(snapshot);
    times_as_text();
    what_if();
    changes_and_cites(snapshot);
    lists(snapshot);
    reports(snapshot);
    a_plan(snapshot);
    what_is_planned_too_late();
    a_score(snapshot);
    one_answer_in_two_ways(snapshot);
    a_snapshot_stays();
    two_threads(snapshot);
    lp_snapshot_free(snapshot);
    if (failures == 0) {
        puts("c: api passed");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
