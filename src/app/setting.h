#pragma once
/** What an administrator can change while it runs. Declared in tables by features, stored as rows, shown in the
 *  settings page as they stand. Secrets are sealed and never shown again. */
#include "app/cx.h"

typedef enum SettingType {
    SETTING_TEXT,
    SETTING_INT,
    SETTING_BOOL,
    SETTING_CHOICE,
    SETTING_SECRET,
    SETTING_JSON
} SettingType;
typedef struct Setting {
    const char *key;                  /* "workspace.name" */
    SettingType type;
    const char *standard;             /* default as text */
    const char *title, *help;
    const char *const *options;       /* SETTING_CHOICE */
    int64_t min, max;                 /* SETTING_INT when max > 0; length of text when max > 0 */
    Err (*check)(Cx *cx, Str value);  /* MAY be NULL: what the type cannot say. Fails: ERR_INVALID naming the field */
} Setting;

/** The value or its default; in cx->arena. Unknown keys are a bug(). Secrets come unsealed. */
Str     setting_str(Cx *cx, const char *key);
int64_t setting_int(Cx *cx, const char *key);
bool    setting_bool(Cx *cx, const char *key);
/** Checks against the table and stores. Within a write; audited. Fails: ERR_NOT_FOUND, ERR_INVALID. */
Err     setting_set(Cx *cx, Str key, Str value);
/** The declaration of a key, or NULL. */
const Setting *setting_find(Str key);
