#include "base/version.h"
#include "cli/cli.h"

const Command commands[] = {
    { "serve", NULL, "listen public-url trusted-proxies workers secure-cookies access-log", false, run_serve,
      "Serves the user interface, the API and the intake of alerts",
      "SIGTERM and SIGINT stop it: what it is answering is finished first.\n"
      "With --database postgres://… any number of nodes may serve the same database." },
    { "user add", NULL, "email name role locale time-zone password-stdin", false, run_user_add, "Adds a person",
      "Without --password-stdin it asks for a password, or, when nobody is at the terminal, adds them without one." },
    { "user list", NULL, "", false, run_user_list, "Lists people: address, role, state, name, separated by tabs", NULL },
    { "user role", NULL, "email role", false, run_user_role, "Gives a person another role", NULL },
    { "user disable", NULL, "email", false, run_user_disable, "Ends the sessions of a person and lets them in no more", NULL },
    { "user enable", NULL, "email", false, run_user_enable, "Lets a disabled person in again", NULL },
    { "user password", NULL, "email password-stdin", false, run_user_password, "Sets a password and ends the sessions of that person", NULL },
    { "token create", NULL, "user scope name expires", false, run_token_create, "Makes an API token and prints it",
      "  read    only reads\n  write   all but administration\n  ingest  only posts alerts and changes\n  admin   everything that its person may do" },
    { "integration add", "KIND", "name channel listen public-url", false, run_integration_add, "Adds a source of alerts and prints the address to post to",
      "KIND is a word of the gallery: alertmanager, grafana, github, cloudwatch, mail, generic … The address begins with --public-url, or with what serve listens on." },
    { "change", NULL, "kind title description service author url state key environment source server token-file ca-file", true, run_change,
      "Tells a server of a change: a deploy, a migration, a flag",
      "For scripts and pipelines. The token (scope ingest) is in HINDSIGHT_TOKEN or in --token-file; HINDSIGHT_SERVER stands in for --server.\n"
      "  hindsight change --key build-4711 --title 'checkout 4.2' --service checkout --state in_progress\n"
      "  hindsight change --key build-4711 --title 'checkout 4.2' --state succeeded\n"
      "A server that is not there, or busy, is asked again twice. Prints the id of the change." },
    { "mail", NULL, "to server ca-file", true, run_mail, "Gives a server an e-mail from standard input, which becomes an alert",
      "For aliases and procmail:  alerts: \"|hindsight mail --to KEY\"\n"
      "Exit code 75 when the server is not there or busy, so that the mail server keeps the message and tries again. A message that\n"
      "fits nothing is kept in quarantine." },
    { "migrate", NULL, "", false, run_migrate, "Brings the database up to this version (serve does so by itself)", NULL },
    { "probe", NULL, "server token-file ca-file location allow", true, run_probe, "Looks at monitors from another place, and reports to a server",
      "Monitors that name the location are looked at from here. The token has the scope admin, since steps may hold secrets.\n"
      "A server that is away is reported to later; results of up to an hour are kept meanwhile. SIGTERM and SIGINT stop it." },
    { "doctor documents", NULL, "", false, run_doctor_documents, "Reads every stored piece of every document and says what is damaged",
      "The whole history is read: seconds per GB. It changes nothing and may run beside the server." },
    { "document salvage", "ID", "", false, run_document_salvage, "Lets a damaged document be opened again, with all that can still be read",
      "For what doctor documents calls lost, when there is no backup. ID is what it names." },
    { "verify", NULL, "", false, run_verify, "Proves that no timeline was changed behind the program's back",
      "Every entry of every timeline is read, and its chain of hashes recomputed. It changes nothing and may run beside the server.\n"
      "How the chain is made, and how to check it without this program: docs/internals/timeline.md." },
    { "doctor", NULL, "listen", false, run_doctor, "Says what is wrong and how to mend it", NULL },
    { "demo", NULL, "", false, run_demo, "Loads sample data: a year of an invented company's incidents", NULL },
    { "export", "DIR", "", false, run_export, "Writes the whole workspace into a folder: tables as JSON, reports as Markdown, pictures",
      "Stop the server first, or what is written meanwhile may be in one table and not yet in another. Sessions, jobs and secret.key are left out:\n"
      "keep secret.key yourself, settings that are secrets are sealed with it." },
    { "import", "DIR", "", false, run_import, "Fills an empty database from a folder that export wrote, identically", NULL },
    { "api", NULL, "openapi typescript routes", true, run_api, "Prints the API as a document, as types or as a table of routes", NULL },
    { 0 },
};

/** The wider of what is there and `n`. */
static int wider(int width, size_t n) { return (int)n > width ? (int)n : width; }

static void print_option(const Option *o, int width, FILE *to)
{
    char left[80];
    snprintf(left, sizeof left, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
    fprintf(to, "  %-*s  %s", width, left, o->help);
    if (o->standard) fprintf(to, " (%s)", o->standard);
    fputc('\n', to);
}

static bool uses(const Command *c, const Option *o)
{
    for (Str rest = str_of(c->uses), w; str_next(&rest, ' ', &w);)
        if (str_eq(w, str_of(o->name))) return true;
    return false;
}

static void print_command(const Command *c, FILE *to)
{
    fprintf(to, "%s.\n\nhindsight %s%s%s [options]\n\n", c->help, c->name, c->operand ? " " : "",
            c->operand ? c->operand : "");
    int width = 0;
    for (const Option *o = options; o->name; o++)
        width = wider(width, strlen(o->name) + (o->arg ? strlen(o->arg) + 1 : 0) + 2);
    for (const Option *o = options; o->name; o++)
        if (uses(c, o)) print_option(o, width, to);
    for (const Option *o = options; o->name && !c->bare; o++)
        if (o->flags & EVERY) print_option(o, width, to);
    if (c->more) fprintf(to, "\n%s\n", c->more);
    if (c->bare) return;
    fputs("\nOptions may also be given in the environment or in the configuration file, under the "
          "same names; a flag counts\n"
          "before the environment, and that before the file:\n",
          to);
    fputs("  HINDSIGHT_DATA=/var/lib/hindsight        --data /var/lib/hindsight        data = "
          "/var/lib/hindsight\n",
          to);
    fputs("HINDSIGHT_SECRET_KEY (64 hex digits) stands in for DIR/secret.key.\n", to);
}

static void print_list(Str topic, FILE *to)
{
    fprintf(to, "Hindsight %s: from a firing alert to a published post-mortem.\n\n", HINDSIGHT_VERSION);
    int width = 0;
    for (const Command *c = commands; c->name; c++)
        width = wider(width, strlen(c->name) + (c->operand ? strlen(c->operand) + 1 : 0));
    for (const Command *c = commands; c->name; c++) {
        if (topic.len && !str_starts(str_of(c->name), topic)) continue;
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", c->name, c->operand ? " " : "", c->operand ? c->operand : "");
        fprintf(to, "  hindsight %-*s  %s\n", width, left, c->help);
    }
    fputs("\nhindsight COMMAND --help says more about one.\n\n"
          "Exit codes: 0 done · 1 failed · 2 wrong use · 3 port in use · 4 data folder missing or locked · 5 database unreachable\n"
          "6 database written by a newer version · 7 disk full\n", to);
}

void help_print(const Cli *cli, Str topic, FILE *to)
{
    if (cli->command) print_command(cli->command, to);
    else print_list(topic, to);
}
