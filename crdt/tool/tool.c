/** crdt-tool: the engine on the command line, so that anyone can hold it against another. */
#include <errno.h>
#include <unistd.h>

#include "tool.h"

static const char help[] =
    "crdt-tool: Yjs-compatible documents on the command line\n"
    "\n"
    "  crdt-tool [OPTION…] load FILE… [WORD…]   apply update files, then print what the words ask\n"
    "  crdt-tool [OPTION…] merge FILE…          merge updates without a document\n"
    "  crdt-tool peer                           a peer on stdin and stdout (below)\n"
    "\n"
    "FILE is one update, or with --stream many: each after its length as 4 bytes, little-endian.\n"
    "\"-\" is standard input.\n"
    "\n"
    "Words, any of, in order:\n"
    "  state-vector   the state vector\n"
    "  delete-set     the delete set (v1)\n"
    "  encode         the whole document as one update\n"
    "  diff SV        what a replica with this state vector lacks. SV is a file, or hex digits\n"
    "  snapshot       the snapshot that names this state\n"
    "  text NAME      the text of a root\n"
    "  xml NAME       a root as XML, as Yjs shows it\n"
    "  json NAME      a root as JSON; array, map, text or fragment by what is in it\n"
    "  delta NAME     a text as a delta (JSON)\n"
    "  prosemirror NAME  an XmlFragment as ProseMirror JSON\n"
    "  merge FILE…    the loaded updates and these, merged without a document\n"
    "  stats          counts and memory\n"
    "  bench          how long this takes\n"
    "Binary is written as it is, or with --hex or --base64 as a line; text ends with a newline.\n"
    "\n"
    "Options:\n"
    "  --v2           updates are of format v2, in and out\n"
    "  --stream       files hold many updates\n"
    "  --hex, --base64  how binary is printed (hex on a terminal)\n"
    "  --keep-deleted  collect no garbage\n"
    "  --client N     our client id\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done, 1 the engine refused (malformed, or beyond a limit), 2 misused, 3 a file\n"
    "cannot be read or written.\n"
    "\n"
    "peer: one JSON object a line in, one out: {\"ok\":true,…} or {\"ok\":false,\"error\":…,\"offset\":…,\n"
    "\"what\":…}. Binary is base64. \"doc\" (0…63) chooses the document, 0 is open already; \"v2\":true\n"
    "means format v2, in and out; \"name\":\"t\" names a root, \"path\":[\"t\",3,\"key\"] what is in it.\n"
    "  {\"cmd\":\"open\",\"doc\":1,\"client\":7,\"gc\":false}\n"
    "  {\"cmd\":\"apply\",\"update\":\"…\"} → changed, pending      {\"cmd\":\"known\",\"update\":\"…\"} → known\n"
    "  {\"cmd\":\"encode\",\"sv\":\"…\"} → update                  {\"cmd\":\"sv\"} → sv, ds\n"
    "  {\"cmd\":\"insert\",\"name\":\"t\",\"index\":0,\"text\":\"hi\",\"attrs\":{\"bold\":true}} → update\n"
    "  {\"cmd\":\"delete\",\"name\":\"t\",\"index\":0,\"units\":2}    {\"cmd\":\"format\",…,\"units\":2,\"attrs\":{…}}\n"
    "  {\"cmd\":\"embed\",…,\"value\":{…}}\n"
    "  {\"cmd\":\"set\",\"name\":\"m\",\"key\":\"k\",\"value\":1}      {\"cmd\":\"unset\",…}\n"
    "  {\"cmd\":\"list\",\"name\":\"a\",\"index\":0,\"values\":[1]}   {\"cmd\":\"remove\",…,\"index\":0,\"units\":1}\n"
    "  {\"cmd\":\"setNode\",…,\"key\":\"k\",\"kind\":\"map\"}         {\"cmd\":\"listNode\",…,\"kind\":\"element\",\n"
    "      \"nodeName\":\"p\"}; kinds array map text element fragment hook xmltext\n"
    "  {\"cmd\":\"setSubdoc\",…,\"key\":\"k\",\"guid\":\"…\",\"options\":{}}  {\"cmd\":\"listSubdoc\",…,\"index\":0,…}\n"
    "  {\"cmd\":\"prosemirror\",\"name\":\"x\",\"index\":0,\"value\":{…}}\n"
    "  {\"cmd\":\"edit\",\"ops\":[{\"op\":\"insert\",…},…]} one transaction → update\n"
    "  {\"cmd\":\"text\",\"name\":\"t\"} → value; so xml, delta, prosemirror, json (with \"kind\")\n"
    "  {\"cmd\":\"merge\",\"updates\":[…]}  {\"cmd\":\"diff\",\"update\":…,\"sv\":…}  {\"cmd\":\"svfrom\",\"update\":…}\n"
    "  {\"cmd\":\"convert\",\"update\":v1} or {…,\"v2\":\"…\"} → update\n"
    "  {\"cmd\":\"snapshot\"} → snapshot, snapshotV2          {\"cmd\":\"snapshotUpdate\",\"snapshot\":…}\n"
    "  {\"cmd\":\"restore\",\"name\":\"t\",\"update\":…}           {\"cmd\":\"revert\",\"update\":…}\n"
    "  {\"cmd\":\"position\",\"name\":\"t\",\"index\":3,\"assoc\":0} → position, json\n"
    "  {\"cmd\":\"find\",\"position\":…} or {…,\"json\":…} → found, index, path\n"
    "  {\"cmd\":\"undoOpen\",\"scope\":[\"t\"]}  {\"cmd\":\"undo\"}  {\"cmd\":\"redo\"} → did, update\n"
    "  {\"cmd\":\"observe\"}: from now on each answer has \"events\": path, delta, keys\n"
    "  {\"cmd\":\"sync\",\"message\":\"…\"} y-protocols → reply; no message: step 1\n"
    "  {\"cmd\":\"awareness\",\"update\":\"…\"} or {…,\"remove\":5} → states, update\n"
    "  {\"cmd\":\"client\"}  {\"cmd\":\"stats\"}  {\"cmd\":\"close\"}  {\"cmd\":\"end\"}\n";

enum { RAW, HEX, BASE64 };

typedef struct Tool {
    CrdtOptions options;
    bool v2, stream, loaded;
    int binary;
    CrdtBuf *files;      /* what was read */
    size_t file_count;
    CrdtBytes *updates;  /* views into files, v1; or into converted */
    CrdtBuf *converted;
    size_t update_count, update_cap;
    CrdtDoc *doc;
} Tool;

static void complain(const char *format, const char *a, const char *b)
{
    fprintf(stderr, "crdt-tool: ");
    fprintf(stderr, format, a, b);
    fprintf(stderr, "\n");
}

[[gnu::noreturn]] static void stop(int code)
{
    exit(code);
}

static void *grown(void *list, size_t count, size_t size)
{
    void *p = realloc(list, count * size);
    if (p == NULL) {
        complain("out of memory%s%s", "", "");
        stop(REFUSED);
    }
    return p;
}

static CrdtBuf read_file(const char *path)
{
    CrdtBuf b = { 0 };
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char block[65536];
    size_t n = 0;
    while (f != NULL && (n = fread(block, 1, sizeof block, f)) > 0)
        if (crdt_buf_add(&b, block, n) != CRDT_OK) {
            complain("%s: out of memory%s", path, "");
            stop(REFUSED);
        }
    if (f == NULL || ferror(f)) {
        complain("%s: %s", path, strerror(errno));
        stop(NO_FILE);
    }
    if (f != stdin)
        fclose(f);
    return b;
}

[[gnu::noreturn]] static void refuse(const char *path, size_t number, CrdtErr err, const CrdtFault *fault)
{
    char where[64] = "";
    if (number > 0)
        snprintf(where, sizeof where, "update %zu: ", number);
    if (fault->what != NULL)
        fprintf(stderr, "crdt-tool: %s: %s%s at byte %zu: %s\n", path, where, crdt_err_text(err),
                fault->offset, fault->what);
    else
        fprintf(stderr, "crdt-tool: %s: %s%s\n", path, where, crdt_err_text(err));
    stop(REFUSED);
}

/** Takes one update; with --v2 it is converted first. */
static void take_update(Tool *t, const char *path, size_t number, CrdtBytes update)
{
    if (t->update_count == t->update_cap) {
        t->update_cap = t->update_cap * 2 + 16;
        t->updates = grown(t->updates, t->update_cap, sizeof *t->updates);
        t->converted = grown(t->converted, t->update_cap, sizeof *t->converted);
    }
    CrdtFault fault = { 0 };
    CrdtBuf *v1 = &t->converted[t->update_count];
    *v1 = (CrdtBuf){ 0 };
    CrdtErr err = t->v2 ? crdt_update_from_v2(update, v1, &fault)
                        : crdt_validate_update(update, &fault);
    if (err != CRDT_OK)
        refuse(path, number, err, &fault);
    t->updates[t->update_count++] = t->v2 ? crdt_buf_bytes(v1) : update;
}

static void take_file(Tool *t, const char *path)
{
    t->files = grown(t->files, t->file_count + 1, sizeof *t->files);
    CrdtBuf *file = &t->files[t->file_count++];
    *file = read_file(path);
    if (!t->stream) {
        take_update(t, path, 0, crdt_buf_bytes(file));
        return;
    }
    size_t number = 1;
    for (size_t at = 0; at < file->len; number++) {
        const uint8_t *p = file->at + at;
        size_t len = file->len - at < 4 ? SIZE_MAX
                     : (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
        if (len > file->len - at - 4)
            refuse(path, number, CRDT_MALFORMED,
                   &(CrdtFault){ at, len == SIZE_MAX ? "length cut off"
                                                     : "length beyond the end of the file" });
        take_update(t, path, number, (CrdtBytes){ p + 4, len });
        at += 4 + len;
    }
}

/* ---- printing -------------------------------------------------------------------------------- */

static void put_bytes(CrdtBytes b)
{
    if (b.len > 0)
        fwrite(b.at, 1, b.len, stdout);
}

static void put_binary(const Tool *t, CrdtBytes b)
{
    CrdtBuf text = { 0 };
    if (t->binary == RAW) {
        put_bytes(b);
        return;
    }
    if (t->binary == BASE64)
        add_base64(&text, b);
    for (size_t i = 0; t->binary == HEX && i < b.len; i++)
        printf("%02x", b.at[i]);
    put_bytes(crdt_buf_bytes(&text));
    putchar('\n');
    crdt_buf_done(&text);
}

static void put_update(const Tool *t, CrdtBuf *update)
{
    CrdtBuf v2 = { 0 };
    CrdtErr err = t->v2 ? crdt_update_to_v2(crdt_buf_bytes(update), &v2, NULL) : CRDT_OK;
    if (err != CRDT_OK) {
        complain("%s%s", crdt_err_text(err), "");
        stop(REFUSED);
    }
    put_binary(t, crdt_buf_bytes(t->v2 ? &v2 : update));
    crdt_buf_done(&v2);
    crdt_buf_done(update);
}

static void check(CrdtErr err, const char *what)
{
    if (err == CRDT_OK)
        return;
    complain("%s: %s", what, crdt_err_text(err));
    stop(REFUSED);
}

static void put_stats(const Tool *t)
{
    CrdtStats s = crdt_stats(t->doc);
    printf("updates %zu\nclients %llu\nstructs %llu\nitems %llu\nnodes %llu\ndeleted-ranges %llu\n"
           "bytes %llu\ncontent-bytes %llu\npending-bytes %llu\n",
           t->update_count, (unsigned long long)s.clients, (unsigned long long)s.structs,
           (unsigned long long)s.items, (unsigned long long)s.nodes,
           (unsigned long long)s.deleted_ranges, (unsigned long long)s.bytes,
           (unsigned long long)s.content_bytes, (unsigned long long)s.pending_bytes);
    CrdtBytes name;
    for (size_t i = 0; crdt_root_at(t->doc, i, &name).id != 0; i++) {
        printf("root ");
        put_bytes(name);
        printf(" length %llu\n",
               (unsigned long long)crdt_length(t->doc, crdt_root_at(t->doc, i, NULL)));
    }
}

/** What a root most likely is: it has no kind of its own. */
static CrdtKind guess_kind(const CrdtDoc *d, CrdtNode node)
{
    CrdtCursor c = { 0 }, e = { 0 };
    CrdtRuns runs = { .doc = d, .node = node };
    CrdtValue v;
    CrdtBytes key;
    CrdtRun run;
    if (crdt_child_next(d, node, &c, &v)) {
        CrdtKind kind = v.kind == CRDT_VALUE_NODE ? crdt_node_kind(d, v.node) : CRDT_ARRAY;
        if (kind == CRDT_XML_ELEMENT || kind == CRDT_XML_TEXT || kind == CRDT_XML_HOOK)
            return CRDT_XML_FRAGMENT;
        bool text = crdt_runs_next(&runs, &run) && !run.is_embed;
        crdt_runs_done(&runs);
        return text ? CRDT_TEXT : CRDT_ARRAY;
    }
    return crdt_entry_next(d, node, &e, &key, &v) ? CRDT_MAP : CRDT_ARRAY;
}

static CrdtBytes given_vector(const char *word, CrdtBuf *keep)
{
    if (strcmp(word, "-") != 0 && access(word, R_OK) != 0) {
        size_t n = strlen(word);
        if (n > 0 && n % 2 == 0 && strspn(word, "0123456789abcdefABCDEF") == n) {
            for (size_t i = 0; i < n; i += 2) {
                char pair[3] = { word[i], word[i + 1], 0 };
                uint8_t byte = (uint8_t)strtol(pair, NULL, 16);
                check(crdt_buf_add(keep, &byte, 1), "diff");
            }
            return crdt_buf_bytes(keep);
        }
    }
    *keep = read_file(word);
    return crdt_buf_bytes(keep);
}

static void do_diff(const Tool *t, const char *word)
{
    CrdtBuf sv = { 0 }, out = { 0 };
    CrdtFault fault = { 0 };
    CrdtBytes vector = given_vector(word, &sv);
    CrdtErr err = crdt_validate_state_vector(vector, &fault);
    if (err != CRDT_OK)
        refuse(word, 0, err, &fault);
    check(crdt_encode_diff(t->doc, vector, &out), "diff");
    put_update(t, &out);
    crdt_buf_done(&sv);
}

static void do_read(const Tool *t, const char *how, const char *name)
{
    CrdtNode node = crdt_root(t->doc, crdt_str(name));
    CrdtBuf out = { 0 };
    if (node.id == 0) {
        complain("%s: the document has no root \"%s\"", how, name);
        stop(REFUSED);
    }
    check(strcmp(how, "text") == 0    ? crdt_text(t->doc, node, &out)
          : strcmp(how, "xml") == 0   ? crdt_xml(t->doc, node, &out)
          : strcmp(how, "delta") == 0 ? crdt_text_delta(t->doc, node, &out)
          : strcmp(how, "json") == 0  ? crdt_node_json(t->doc, node, guess_kind(t->doc, node), &out)
                                      : crdt_prosemirror_json(t->doc, node, &out),
          how);
    put_bytes(crdt_buf_bytes(&out));
    putchar('\n');
    crdt_buf_done(&out);
}

static void do_merge(Tool *t)
{
    CrdtBuf out = { 0 };
    check(crdt_merge_updates(t->updates, t->update_count, &out, NULL, NULL), "merge");
    put_update(t, &out);
}

/* ---- words ----------------------------------------------------------------------------------- */

static const char *const words[] = { "state-vector", "delete-set", "encode", "diff", "snapshot",
                                     "text", "xml", "json", "delta", "prosemirror", "merge",
                                     "stats", "bench", NULL };

static bool is_word(const char *arg)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(arg, words[i]) == 0)
            return true;
    return false;
}

static void print_part(const Tool *t, const char *word)
{
    CrdtBuf out = { 0 };
    if (strcmp(word, "encode") == 0) {
        check(crdt_encode(t->doc, &out), word);
        put_update(t, &out);
        return;
    }
    check(strcmp(word, "state-vector") == 0 ? crdt_encode_state_vector(t->doc, &out)
          : strcmp(word, "delete-set") == 0 ? crdt_encode_delete_set(t->doc, &out)
                                            : crdt_snapshot(t->doc, &out),
          word);
    put_binary(t, crdt_buf_bytes(&out));
    crdt_buf_done(&out);
}

static char **run_word(Tool *t, char **arg)
{
    const char *word = *arg++;
    bool named = strcmp(word, "text") == 0 || strcmp(word, "xml") == 0 ||
                 strcmp(word, "json") == 0 || strcmp(word, "delta") == 0 ||
                 strcmp(word, "prosemirror") == 0;
    if ((named || strcmp(word, "diff") == 0) && *arg == NULL) {
        complain("%s: %s is missing", word, named ? "the name of a root" : "a state vector");
        stop(MISUSED);
    }
    if (named) {
        do_read(t, word, *arg++);
    } else if (strcmp(word, "diff") == 0) {
        do_diff(t, *arg++);
    } else if (strcmp(word, "merge") == 0) {
        while (*arg != NULL && !is_word(*arg))
            take_file(t, *arg++);
        do_merge(t);
    } else if (strcmp(word, "stats") == 0) {
        put_stats(t);
    } else if (strcmp(word, "bench") == 0) {
        if (bench_run(t->updates, t->update_count, &t->options) != DONE)
            stop(REFUSED);
    } else {
        print_part(t, word);
    }
    return arg;
}

static char **load(Tool *t, char **arg)
{
    if (*arg == NULL || is_word(*arg)) {
        complain("load: a file is missing%s%s", "", "");
        stop(MISUSED);
    }
    check(crdt_open(&t->options, &t->doc), "load");
    while (*arg != NULL && !is_word(*arg)) {
        size_t from = t->update_count;
        const char *path = *arg++;
        take_file(t, path);
        for (size_t i = from; i < t->update_count; i++) {
            CrdtFault fault = { 0 };
            CrdtErr err = crdt_apply(t->doc, t->updates[i], NULL, &fault);
            if (err != CRDT_OK)
                refuse(path, t->stream ? i - from + 1 : 0, err, &fault);
        }
    }
    t->loaded = true;
    return arg;
}

static char **take_options(Tool *t, char **arg)
{
    for (; *arg != NULL && strncmp(*arg, "--", 2) == 0; arg++) {
        if (strcmp(*arg, "--v2") == 0)
            t->v2 = true;
        else if (strcmp(*arg, "--stream") == 0)
            t->stream = true;
        else if (strcmp(*arg, "--hex") == 0)
            t->binary = HEX;
        else if (strcmp(*arg, "--base64") == 0)
            t->binary = BASE64;
        else if (strcmp(*arg, "--keep-deleted") == 0)
            t->options.keep_deleted = true;
        else if (strcmp(*arg, "--client") == 0 && arg[1] != NULL)
            t->options.client = strtoull(*++arg, NULL, 10);
        else if (strcmp(*arg, "--help") == 0) {
            fputs(help, stdout);
            stop(DONE);
        } else if (strcmp(*arg, "--version") == 0) {
            printf("crdt-tool %s (Yjs 13.6)\n", CRDT_VERSION);
            stop(DONE);
        } else {
            complain("unknown option %s%s; --help shows all", *arg, "");
            stop(MISUSED);
        }
    }
    return arg;
}

static void tool_done(Tool *t)
{
    crdt_close(t->doc);
    for (size_t i = 0; i < t->update_count; i++)
        crdt_buf_done(&t->converted[i]);
    for (size_t i = 0; i < t->file_count; i++)
        crdt_buf_done(&t->files[i]);
    free(t->updates);
    free(t->converted);
    free(t->files);
}

/** Moves options to the front, wherever they stand; those of "--client N" in pairs. */
static void options_first(int argc, char **argv)
{
    int front = 1;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0)
            continue;
        int n = strcmp(argv[i], "--client") == 0 && i + 1 < argc ? 2 : 1;
        for (int k = 0; k < n; k++, i++) {
            char *option = argv[i];
            memmove(&argv[front + 1], &argv[front], (size_t)(i - front) * sizeof *argv);
            argv[front++] = option;
        }
        i--;
    }
}

int main(int argc, char **argv)
{
    Tool t = { .binary = isatty(1) ? HEX : RAW };
    options_first(argc, argv);
    char **arg = take_options(&t, argv + 1);
    int code = DONE;
    if (*arg == NULL) {
        fputs(help, stderr);
        return MISUSED;
    }
    if (strcmp(*arg, "peer") == 0) {
        code = peer_run(stdin, stdout);
    } else if (strcmp(*arg, "load") == 0) {
        for (arg = load(&t, arg + 1); *arg != NULL;) {
            if (!is_word(*arg)) {
                complain("unknown word %s%s; --help shows all", *arg, "");
                stop(MISUSED);
            }
            arg = run_word(&t, arg);
        }
    } else if (strcmp(*arg, "merge") == 0) {
        if (arg[1] == NULL) {
            complain("merge: a file is missing%s%s", "", "");
            return MISUSED;
        }
        run_word(&t, arg);
    } else {
        complain("unknown command %s%s; --help shows all", *arg, "");
        code = MISUSED;
    }
    tool_done(&t);
    if (fflush(stdout) != 0) {
        complain("standard output: %s%s", strerror(errno), "");
        return NO_FILE;
    }
    return code;
}
