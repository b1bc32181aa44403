#pragma once
#include "base/buf.h"

/** Appends one field of a CSV row, quoted when it must be. `first` leaves out the comma before it. Text that a
 *  spreadsheet would run as a formula (it begins with = + - @ tab or return) gets an apostrophe in front.
 *  Source: RFC 4180; OWASP "CSV Injection". */
void csv_field(Buf *b, bool first, Str text);
/** Ends the row. */
void csv_end(Buf *b);
/** A row of texts; the array ends with an entry whose `at` is NULL. */
void csv_row(Buf *b, const Str *fields);
