#pragma once
/** Inside settings/ only. */
#include "feature/settings/settings.h"

extern const Setting workspace_settings[];
extern const Shape setting_view_shape, setting_value_shape, audit_entry_shape, job_view_shape;
/** Checks a value of incident.severities: exactly the five keys, each with a name and a colour. Fails: ERR_INVALID. */
Err severities_check(Cx *cx, Str json);

Err get_settings(Cx *cx, Req *req, Res *res);
Err put_setting(Cx *cx, Req *req, Res *res);
Err get_audit(Cx *cx, Req *req, Res *res);
Err get_jobs(Cx *cx, Req *req, Res *res);
Err retry_job(Cx *cx, Req *req, Res *res);
