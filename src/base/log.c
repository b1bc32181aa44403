#include "base/log.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#include "base/time.h"

static _Atomic LogLevel lowest_level = LOG_INFO;

void log_level_set(LogLevel lowest) { lowest_level = lowest; }

void log_line(LogLevel level, const char *fmt, ...)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    if (level < lowest_level) return;
    char line[2048];
    char when[TIME_TEXT_MAX];
    int n = snprintf(line, sizeof line, "%s %-5s ", time_rfc3339(clock_ms(), when), names[level]);
    va_list ap;
    va_start(ap, fmt);
    int more = vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
    va_end(ap);
    if (more < 0) return;
    size_t len = (size_t)n + (size_t)more;
    if (len > sizeof line - 2) len = sizeof line - 2;
    for (size_t i = 0; i < len; i++)        /* one event is one line, whatever was quoted in it */
        if ((unsigned char)line[i] < 0x20) line[i] = ' ';
    line[len] = '\n';
    if (write(STDERR_FILENO, line, len + 1) < 0) return;   /* nowhere left to say it */
}
