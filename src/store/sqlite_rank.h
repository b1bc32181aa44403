#pragma once
/** Inside store/ only: how well a row of a full-text index fits a search. */
#include <sqlite3.h>

/** Makes `fit(search_index, weight of column 0, …)` known to a connection. It is bm25() turned round (more is better) and
 *  without the rarity of words: every row has all the words that are looked for, so rarity hardly tells rows apart, and
 *  bm25() reads every row that has a word to know it. PostgreSQL's ts_rank leaves it out, too. Returns a result code. */
int sqlite_rank_register(sqlite3 *conn);
