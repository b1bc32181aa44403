/* The thread that accepts connections and hands them to libmicrohttpd (MHD_add_connection). Left to itself the library
 * listens in its own epoll set, and MHD_quiesce_daemon takes the socket out of it while the library's thread may be doing
 * the same: whoever comes second aborts the process. With a socket of our own a stop is simple: this thread ends, and
 * the socket is closed. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "net/server_impl.h"

#define PAUSE_MS 50              /* when there are no descriptors left: those who wait stay in the kernel's queue */

struct Accept {
    Server *server;
    pthread_t thread;
    int listen, wake;
};

/** Accepts all that wait. False: nothing can be accepted at the moment. */
static bool accept_all(Accept *a)
{
    for (;;) {
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        int fd = accept4(a->listen, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        /* The library closes what it does not take. */
        if (fd >= 0) MHD_add_connection(a->server->daemon, fd, (struct sockaddr *)&from, size);
        else if (errno == EAGAIN) return true;
        else if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) return false;
    }
}

static void *accept_main(void *arg)
{
    Accept *a = arg;
    for (;;) {
        struct pollfd wait[2] = { { a->wake, POLLIN, 0 }, { a->listen, POLLIN, 0 } };
        if (poll(wait, 2, -1) < 0) continue;
        bool quit = wait[0].revents;
        /* Those who stand in the queue when the server stops are answered, too. */
        if (!accept_all(a) && !quit) poll(wait, 1, PAUSE_MS);
        if (quit) return NULL;
    }
}

Accept *accept_start(Server *server, int listen)
{
    Accept *a = calloc(1, sizeof *a);
    if (!a) bug("out of memory");
    *a = (Accept){ .server = server, .listen = listen, .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
    if (a->wake < 0 || pthread_create(&a->thread, NULL, accept_main, a))
        bug("cannot start the thread that accepts connections: %s", strerror(errno));
    return a;
}

void accept_stop(Accept *a)
{
    (void)!write(a->wake, &(uint64_t){ 1 }, sizeof(uint64_t));
    pthread_join(a->thread, NULL);
    close(a->listen);
    close(a->wake);
    free(a);
}
