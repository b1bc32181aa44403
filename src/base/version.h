#pragma once
/** What `hindsight --version`, the API page and /metrics say. Changed by a release only. */
#define HINDSIGHT_VERSION "0.1.0"
