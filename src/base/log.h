#pragma once
/** One line on standard error: time, level, message. Only main loops, the router and the job runner log;
 *  library code returns errors. Thread-safe. */
typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;
void log_level_set(LogLevel lowest);
[[gnu::format(printf, 2, 3)]] void log_line(LogLevel level, const char *fmt, ...);
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
