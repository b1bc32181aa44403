#include "store/sqlite_rank.h"
#include <stdlib.h>

#define PHRASES_MAX 64           /* later ones do not count; a query has far fewer */
#define SATURATION 1.2           /* k1 and b of BM25, as in bm25() */
#define LENGTH_MATTERS 0.75

/** Mean length of a row, in words; worked out once for each query. NULL: no memory. */
static const double *mean_length(const Fts5ExtensionApi *api, Fts5Context *fts)
{
    double *mean = api->xGetAuxdata(fts, 0);
    sqlite3_int64 rows = 0, words = 0;
    if (mean) return mean;
    mean = malloc(sizeof *mean);
    if (!mean) return NULL;
    int rc = api->xRowCount(fts, &rows);
    if (rc == SQLITE_OK) rc = api->xColumnTotalSize(fts, -1, &words);
    *mean = rows > 0 && words > 0 ? (double)words / (double)rows : 1;
    if (rc == SQLITE_OK) rc = api->xSetAuxdata(fts, mean, free);      /* frees it when it fails */
    else free(mean);
    return rc == SQLITE_OK ? mean : NULL;
}

/** How often each phrase stands in the row, by the weights of the columns. */
static int count_phrases(const Fts5ExtensionApi *api, Fts5Context *fts, int n, sqlite3_value **weights, double *often)
{
    int hits = 0, rc = api->xInstCount(fts, &hits);
    for (int i = 0; i < hits && rc == SQLITE_OK; i++) {
        int phrase, column, at;
        rc = api->xInst(fts, i, &phrase, &column, &at);
        if (rc == SQLITE_OK && phrase < PHRASES_MAX)
            often[phrase] += column < n ? sqlite3_value_double(weights[column]) : 1;
    }
    return rc;
}

static void fit(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *to, int n, sqlite3_value **weights)
{
    double often[PHRASES_MAX] = { 0 }, sum = 0;
    int words = 0, rc = count_phrases(api, fts, n, weights, often);
    const double *mean = mean_length(api, fts);
    if (rc == SQLITE_OK) rc = mean ? api->xColumnSize(fts, -1, &words) : SQLITE_NOMEM;
    if (rc != SQLITE_OK) { sqlite3_result_error_code(to, rc); return; }
    double length = SATURATION * (1 - LENGTH_MATTERS + LENGTH_MATTERS * words / *mean);
    for (int i = 0; i < PHRASES_MAX && i < api->xPhraseCount(fts); i++)
        sum += often[i] * (SATURATION + 1) / (often[i] + length);
    sqlite3_result_double(to, sum);
}

int sqlite_rank_register(sqlite3 *conn)
{
    fts5_api *api = NULL;
    sqlite3_stmt *ask = NULL;
    int rc = sqlite3_prepare_v2(conn, "SELECT fts5(?1)", -1, &ask, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_pointer(ask, 1, (void *)&api, "fts5_api_ptr", NULL);
    if (rc == SQLITE_OK) sqlite3_step(ask);
    int ended = sqlite3_finalize(ask);
    if (rc == SQLITE_OK) rc = ended;
    if (rc != SQLITE_OK || !api) return rc == SQLITE_OK ? SQLITE_ERROR : rc;
    return api->xCreateFunction(api, "fit", NULL, fit, NULL);
}
