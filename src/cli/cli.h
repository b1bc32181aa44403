#pragma once
/** The command line. One table of options (options.c) from which help, flags, environment and the configuration file
 *  all follow, and one of commands (commands.c). What a person must act on goes to standard error as one line; standard
 *  output is only what was asked for. */
#include <stdio.h>
#include "app/app.h"

typedef enum Exit {
    EXIT_OK = 0,
    EXIT_FAILED = 1,       /* anything else; also: doctor found something */
    EXIT_USAGE = 2,        /* a wrong command, option, environment variable, key or value */
    EXIT_PORT = 3,         /* cannot listen where it should */
    EXIT_FOLDER = 4,       /* the data folder is missing, cannot be used, or another server has it */
    EXIT_DATABASE = 5,     /* the database cannot be reached or is damaged */
    EXIT_NEWER = 6,        /* the database was written by a newer version */
    EXIT_FULL = 7,         /* the disk is full */
} Exit;

typedef enum OptionType { TYPE_TEXT, TYPE_FLAG, TYPE_BOOL, TYPE_INT } OptionType;
enum {
    IN_FILE  = 1 << 0,     /* also a key of the configuration file */
    IN_ENV   = 1 << 1,     /* also HINDSIGHT_NAME in the environment */
    EVERY    = 1 << 2,     /* a flag of every command that opens the database */
    SECRET   = 1 << 3,     /* its value is not printed */
    NO_FLAG  = 1 << 4,     /* environment only: others could read it off the process list */
};
typedef struct Option {
    const char *name;              /* "public-url": --public-url, HINDSIGHT_PUBLIC_URL, public-url = … */
    OptionType type;
    const char *arg;               /* what help calls its value */
    const char *standard;          /* default; NULL: none */
    unsigned flags;
    const char *help;
    int64_t min, max;              /* TYPE_INT */
} Option;
extern const Option options[];     /* ends with a NULL name */
enum { OPTIONS_MAX = 64 };

typedef enum Source { FROM_DEFAULT, FROM_FILE, FROM_ENV, FROM_FLAG } Source;
extern const char *const source_names[];

typedef struct Cli Cli;
typedef struct Command {
    const char *name;              /* "user add" */
    const char *operand;           /* "KIND": one word that must follow; NULL: none */
    const char *uses;              /* names of its own options, space-separated */
    bool bare;                     /* opens no database: takes no options but its own */
    Exit (*run)(Cli *cli);
    const char *help;              /* one sentence */
    const char *more;              /* MAY be NULL: further lines of its help */
} Command;
extern const Command commands[];   /* ends with a NULL name */

/** One run of the program. */
struct Cli {
    Arena *arena;
    const Command *command;
    Str operand;
    Str values[OPTIONS_MAX];       /* by place in `options` */
    Source sources[OPTIONS_MAX];
    bool set[OPTIONS_MAX];         /* given somewhere, or has a default */
    Str config_file;               /* the one that was read; empty: none */
    bool wants_help, wants_version;
};

/** The value of an option, or "". The name must be in the table. */
Str  opt(const Cli *cli, const char *name);
bool opt_is(const Cli *cli, const char *name);             /* TYPE_FLAG, TYPE_BOOL */
Source opt_source(const Cli *cli, const char *name);

/** Reads flags, environment and file, in that order of precedence. `env` as in main(). Fails: ERR_INVALID whose sentence
 *  names the flag, variable or key (and file and line). */
Err  cli_parse(Cli *cli, int argc, char *const *argv, char *const *env);
/** All of it, as main() does. Returns the exit code. */
int  cli_main(int argc, char **argv, char **env);

/** Help for one command, for the commands that begin with a word, or (NULL) for all. */
void help_print(const Cli *cli, Str topic, FILE *to);

/** Prints one line for people and gives the code. */
[[gnu::format(printf, 2, 3)]] Exit complain(Exit code, const char *fmt, ...);
/** The same for an error that came from below; the code follows from what it is. */
Exit complain_err(Cli *cli, Err e, Exit otherwise);

/** Makes sure that the data folder is there and can be used; makes it when only its last part is missing. */
Exit folder_prepare(Cli *cli);
/** Folder, database, migration. Belongs to the caller; on failure it has complained already. */
Exit system_open(Cli *cli, App **ret);
/** The database for commands that only look: it must be there and of this version; it is not migrated. On failure it has
 *  complained already. */
Exit database_current(Cli *cli, Database **ret);
AppOptions cli_app_options(const Cli *cli);
/** The SQLite file or the PostgreSQL URL; the URL without its password for printing. */
Str  database_url(const Cli *cli);
Str  database_shown(const Cli *cli);
/** Where people reach it: --public-url, or http:// and what it listens on. */
Str  public_url(const Cli *cli, int port);

Exit run_serve(Cli *cli);
Exit run_migrate(Cli *cli);
Exit run_doctor(Cli *cli);
Exit run_doctor_documents(Cli *cli);
Exit run_document_salvage(Cli *cli);
/** For commands that speak to a server: --token-file, else HINDSIGHT_TOKEN; complains when there is neither. */
Exit token_of(Cli *cli, const char *scope, Str *ret);
Str  server_url(Cli *cli, Str path);
/** A client that may call --server, wherever that is. */
struct Client;
Err  server_open(Cli *cli, struct Client **ret);
Exit run_verify(Cli *cli);
Exit run_probe(Cli *cli);
Exit run_demo(Cli *cli);
Exit run_export(Cli *cli);
Exit run_import(Cli *cli);
Exit run_api(Cli *cli);
Exit run_user_add(Cli *cli);
Exit run_user_list(Cli *cli);
Exit run_user_disable(Cli *cli);
Exit run_user_enable(Cli *cli);
Exit run_user_role(Cli *cli);
Exit run_user_password(Cli *cli);
Exit run_token_create(Cli *cli);
Exit run_integration_add(Cli *cli);
Exit run_change(Cli *cli);
Exit run_mail(Cli *cli);
