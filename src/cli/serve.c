/** serve and migrate. */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/version.h"
#include "cli/cli.h"
#include "feature/account/account.h"

/** Ten thousand connections need as many descriptors: take what the system allows. */
static void raise_descriptors(void)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most)) return;
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
}

/** Says where it is and how to get in. */
static void greet(Cli *cli, App *app, Str url)
{
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, cli->arena, s);
    int64_t people = 0;
    err_log(user_count(&cx, &people), "counting people");
    printf("Hindsight %s at " STR_FMT "\n", HINDSIGHT_VERSION, STR_ARG(url));
    printf("  data      " STR_FMT "\n", STR_ARG(opt(cli, "data")));
    printf("  database  " STR_FMT "\n", STR_ARG(database_shown(cli)));
    if (people)
        printf("  sign in   as one of %lld people; hindsight user add and user password let others "
               "in\n",
               (long long)people);
    else printf("  sign in   open the address: the first person is made there\n");
    fflush(stdout);
}

Exit run_serve(Cli *cli)
{
    /* Blocked before any thread starts, so that only sigwait below hears them. */
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);        /* a limit on the size of files is a full disk, not a death */
    raise_descriptors();
    mallopt(M_ARENA_MAX, 2);         /* more would keep what one thread freed from the others: a tenth of all memory */
    App *app = NULL;
    Exit code = system_open(cli, &app);
    if (code) return code;
    Err e = database_claim(app->db, cli->arena);
    if (e.info) code = complain_err(cli, e, EXIT_FOLDER);
    if (!code) {
        e = app_serve(app);
        if (e.info) code = complain_err(cli, e, EXIT_FAILED);
    }
    if (!code) {
        greet(cli, app, public_url(cli, server_port(app->server)));
        int heard;
        sigwait(&stop, &heard);
        fprintf(stderr, "hindsight: stopping: what is being answered is finished first\n");
        pthread_sigmask(SIG_UNBLOCK, &stop, NULL);           /* a second signal ends it at once */
    }
    app_close(app);
    return code;
}

Exit run_migrate(Cli *cli)
{
    App *app = NULL;
    Exit code = system_open(cli, &app);
    if (code) return code;
    printf("the database " STR_FMT " is at version %s\n", STR_ARG(database_shown(cli)), HINDSIGHT_VERSION);
    app_close(app);
    return EXIT_OK;
}
