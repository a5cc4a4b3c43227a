/* What the examples ask about: one release of two changes, which needs one more approval. */
#ifndef RELEASE_H
#define RELEASE_H

static const char portfolio[] =
    "{\"lynchpin\": \"portfolio/1\","
    " \"people\": [{\"id\": \"raj\"}, {\"id\": \"mei\"}, {\"id\": \"ann\"}, {\"id\": \"bob\"}],"
    " \"groups\": [{\"id\": \"cab\", \"members\": [{\"person\": \"ann\"}, {\"person\": \"bob\"}]}],"
    " \"stages\": [{\"id\": \"staging\"}, {\"id\": \"production\"}],"
    " \"releases\": [{\"id\": \"R-11\", \"revision\": 1, \"at\": \"2026-11-01T09:00:00Z\","
    "   \"by\": \"mei\", \"changes\": [\"C-4\", \"C-7\"]}],"
    " \"changes\": [{\"id\": \"C-4\", \"revision\": 1, \"at\": \"2026-10-30T09:00:00Z\","
    "   \"by\": \"raj\", \"kind\": \"standard\", \"plans\": {\"back_out\": \"helm rollback 40\"},"
    "   \"size\": {\"lines_added\": 12, \"lines_deleted\": 3, \"files\": 2, \"folders\": 1}},"
    "  {\"id\": \"C-7\", \"revision\": 1, \"at\": \"2026-10-30T10:00:00Z\","
    "   \"by\": \"raj\", \"kind\": \"normal\", \"plans\": {\"back_out\": \"helm rollback 41\"},"
    "   \"size\": {\"lines_added\": 40, \"lines_deleted\": 8, \"files\": 3, \"folders\": 2},"
    "   \"requires\": [{\"change\": \"C-4\"}]}],"
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

#endif
