/* Workflows that nobody should follow. */
#ifndef LYNCHPIN_TESTS_WORKFLOWS_H
#define LYNCHPIN_TESTS_WORKFLOWS_H

#include <stdio.h>

#include "faults.h"

/* Workflows that are unsound, each in one way. */
static void refused_workflows(const lp_snapshot *snapshot) {
    static const char beginning[] =
        "name = \"w\"\nabout = \"change\"\nmandatory = [{ gate = \"g\" }]\n";
    static const char go[] =
        "{ from = [\"A\"], to = \"D\", on = \"t\", when = [{ gate = \"g\" }] },";
    static const char unknown[] = "{\"workflow\": {\"name\": \"servicenow-normal\", \"code\": 7}}";
    static const char other[] =
        "{\"next_states\": {\"subject\": {\"change\": \"C-1\"}, \"workflow\":"
        " \"servicenow-emergency\", \"at\": \"2026-11-20T09:00:00Z\"}}";
    static const struct {
        uint32_t wanted;
        const char *states; /* besides A, where everything begins, and D, which is done */
        const char *first, *second;
    } cases[] = {
        {LP_STATUS_WORKFLOW_INITIAL, "{ name = \"B\", kind = \"initial\" }", go, ""},
        {LP_STATUS_WORKFLOW_STATE_TWICE, "{ name = \"A\" }", go, ""},
        {LP_STATUS_WORKFLOW_STATE_UNKNOWN, "", "{ from = [\"A\"], to = \"Z\", on = \"t\" }", ""},
        {LP_STATUS_WORKFLOW_GUARD_INVALID, "",
         "{ from = [\"A\"], to = \"D\", on = \"t\", mode = \"automatic\" }", ""},
        {LP_STATUS_WORKFLOW_FINAL_LEFT, "", go, "{ from = [\"D\"], to = \"A\", on = \"t\" }"},
        {LP_STATUS_WORKFLOW_UNREACHABLE, "{ name = \"B\" }", go, ""},
        {LP_STATUS_WORKFLOW_DEAD_END, "{ name = \"B\" }", go,
         "{ from = [\"A\"], to = \"B\", on = \"u\" }"},
        {LP_STATUS_WORKFLOW_NOT_ORDERED, "", go,
         "{ from = [\"A\"], to = \"A\", on = \"t\", when = [{ tasks = \"closed\" }] }"},
        {LP_STATUS_WORKFLOW_SHADOWED, "", go,
         "{ from = [\"A\"], to = \"D\", on = \"t\", order = 1, when = [{ gate = \"g\" }] }"},
        {LP_STATUS_WORKFLOW_GATE_AVOIDED, "", "{ from = [\"A\"], to = \"D\", on = \"t\" }", ""},
    };
    static const char nothing[] = "name = \"w\"\nabout = \"change\"\n"
        "states = [{ name = \"A\", kind = \"initial\" }, { name = \"D\", kind = \"done\" }]\n"
        "transitions = [{ from = [\"A\"], to = \"D\", on = \"t\" }]\n";
    char text[1024];
    lp_buf out = {NULL, 0};
    lp_error *error;
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(text, sizeof text,
                       "%sstates = [{ name = \"A\", kind = \"initial\" }, "
                       "{ name = \"D\", kind = \"done\" }, %s]\ntransitions = [%s%s]\n",
                       beginning, cases[i].states, cases[i].first, cases[i].second);
        error = NULL;
        expect(lp_workflow_report(text_of(text), LP_FORMAT_SVG, &out, &error), &error,
               cases[i].wanted, text);
    }
    error = NULL;
    expect(lp_workflow_report(text_of(nothing), LP_FORMAT_SVG, &out, &error), &error,
           LP_STATUS_WORKFLOW_GUARDS_NOTHING, "nothing is mandatory");
    error = NULL;
    expect(lp_workflow_report(LP_STR("nothing"), LP_FORMAT_SVG, &out, &error), &error,
           LP_STATUS_WORKFLOW_UNKNOWN, "no such workflow");
    error = NULL;
    expect(lp_ask(snapshot, text_of(unknown), &out, &error), &error,
           LP_STATUS_WORKFLOW_CODE_UNKNOWN, "no such number");
    error = NULL;
    expect(lp_ask(snapshot, text_of(other), &out, &error), &error,
           LP_STATUS_WORKFLOW_FOR_OTHERS, "a workflow for emergencies");
    CHECK(out.ptr == NULL);
}

#endif
