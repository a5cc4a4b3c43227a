/* Documents whose calendars cannot be read. */
#ifndef LYNCHPIN_TESTS_CALENDARS_H
#define LYNCHPIN_TESTS_CALENDARS_H

#include "faults.h"

#define FROZEN(when)                                                                            \
    "{\"lynchpin\": \"portfolio/1\", \"people\": [{\"id\": \"mei\"}], \"freezes\": [{\"id\": "   \
    "\"F-1\", \"at\": \"2026-11-01T09:00:00Z\", \"by\": \"mei\", \"when\": {" when "}}]}"
#define DAILY(zone, starts, rule)                                                               \
    FROZEN("\"zone\": \"" zone "\", \"starts\": \"" starts "\", \"lasts\": \"1h\", "              \
           "\"recurs\": \"" rule "\"")

static void refused_calendars(void) {
    static const struct {
        uint32_t status;
        const char *document;
    } cases[] = {
        {LP_STATUS_ZONE_UNKNOWN, DAILY("Mars/Olympus", "2026-01-01T00:00:00", "FREQ=DAILY")},
        {LP_STATUS_LOCAL_TIME_MALFORMED, DAILY("UTC", "2026-01-01 25:00", "FREQ=DAILY")},
        {LP_STATUS_RECURRENCE_MALFORMED, DAILY("UTC", "2026-01-01T00:00:00", "FREQ=NEVER")},
        {LP_STATUS_RECURRENCE_UNSUPPORTED, DAILY("UTC", "2026-01-01T00:00:00", "FREQ=HOURLY")},
        {LP_STATUS_RECURRENCE_TOO_LONG,
         DAILY("UTC", "2026-01-01T00:00:00", "FREQ=DAILY;COUNT=999999999")},
        {LP_STATUS_OCCASIONS_UNCLEAR, FROZEN("")},
    };
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        refuse_portfolio(cases[i].document, strlen(cases[i].document), cases[i].status);
    }
}

#endif
