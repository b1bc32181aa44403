#include "feature/settings/internal.h"

static const Route routes[] = {
    { GET, "/api/v1/settings", ROLE_ADMIN, get_settings, .reply = &setting_view_shape, .flags = REPLY_LIST, .doc = "Everything that can be changed while it runs" },
    { PUT, "/api/v1/settings/:setting", ROLE_ADMIN, put_setting, &setting_value_shape, &setting_view_shape, NO_MATCH, .doc = "Changes a setting" },
    { GET, "/api/v1/audit", ROLE_ADMIN, get_audit, .reply = &audit_entry_shape, .flags = REPLY_LIST, .query = "user action", .doc = "The audit log, newest first" },
    { GET, "/api/v1/jobs", ROLE_ADMIN, get_jobs, .reply = &job_view_shape, .flags = REPLY_LIST, .query = "state kind", .doc = "Background work, newest first" },
    { POST, "/api/v1/jobs/:job/retry", ROLE_ADMIN, retry_job, .doc = "Gives a dead job all its attempts again" },
    { 0 },
};

const Feature settings_feature = { .name = "settings", .routes = routes, .settings = workspace_settings };
