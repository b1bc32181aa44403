#pragma once
/** What the tables say, for others to read: OpenAPI 3.1 for programs, TypeScript types for the UI. */
#include "app/feature.h"

/** All of /api/v1 and intake as an OpenAPI 3.1 document. `server_url` may be empty. */
Str openapi_page(Arena *a, Str server_url);
/** One interface for each shape that routes name: `Incident` as replies show it, `IncidentBody` as bodies take it. */
Str openapi_typescript(Arena *a);
/** The route table as lines of "METHOD\tpath\trole\tflag flag": for tests that must try every route. */
Str openapi_routes(Arena *a);
