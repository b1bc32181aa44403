#pragma once
/** Language models: text in, text out as it is written, in a form that a JSON schema gives. An integration says how its protocol
 *  looks (pure functions); calling, waiting, retrying and limits are the same for all (llm.c).
 *
 *  Requests go to the host of the configured address and nowhere else: no redirect is followed, and addresses that are not on the
 *  public internet must be allowed (net/client.h). */
#include <jansson.h>
#include "base/buf.h"
#include "base/list.h"
#include "net/client.h"

typedef struct LlmConfig {
    Str base_url;                /* empty: that of the integration */
    Str key;                     /* empty: none is sent */
    Str model;
    Str key_header;              /* empty: that of the integration; "api-key" for Azure */
    Str allow;                   /* what may be reached besides the public internet: ClientOptions */
    int64_t connect_ms, total_ms;/* total: of all attempts and waits together */
    int retries;                 /* on 408, 409, 429, 5xx and lost connections */
} LlmConfig;

typedef struct LlmRequest {
    Str system, user;
    Str schema_name, schema;     /* JSON schema of the answer; empty: plain text */
    int64_t max_tokens;          /* of the answer */
    const atomic_bool *stop;     /* MAY be NULL: cancels */
    void (*piece)(void *arg, Str text);   /* MAY be NULL: hears the answer as it comes; an attempt that fails begins anew with "" */
    void *arg;
} LlmRequest;

typedef struct LlmAnswer {
    Str text;
    Str ended;                   /* stop, length, refused; empty: it broke off */
    Str model;                   /* as the service names it */
    int64_t tokens_in, tokens_out;   /* as the service counts; estimated where it does not say */
    bool estimated;
    int attempts;
    int64_t took_ms;
} LlmAnswer;
typedef LIST(HttpHeader) LlmHeaders;

/** What is read from an answer while it comes. */
typedef struct LlmReading { Arena *arena; Buf text; LlmAnswer *answer; Str error; } LlmReading;

/** A protocol. All functions are pure. */
typedef struct Llm {
    const char *name, *title;    /* "openai"; "OpenAI-compatible" */
    const char *base_url, *help;
    const char *path;            /* put behind the path of the address, before its query */
    void (*headers)(Arena *a, const LlmConfig *config, LlmHeaders *to);
    Str  (*body)(Arena *a, const LlmConfig *config, const LlmRequest *request);
    /** One event of the stream: appends to r->text, fills r->answer; r->error when it says one. */
    void (*event)(LlmReading *r, Str name, const json_t *data);
    /** The same of an answer that was not streamed. */
    void (*whole)(LlmReading *r, const json_t *data);
} Llm;

/** The protocol of a name, or NULL. */
const Llm *llm_find(Str name);
/** Asks. Blocks up to config->total_ms. The answer lives in `a`.
 *  Fails: ERR_INVALID (address, or the service refuses the request), ERR_FORBIDDEN (key refused, address not allowed),
 *  ERR_TOO_MANY (limits of the service), ERR_UNAVAILABLE (no answer, broken, cancelled); the message quotes the service. */
Err llm_ask(const Llm *llm, Arena *a, const LlmConfig *config, const LlmRequest *request, LlmAnswer *ret);
/** Tokens of a text, roughly, where nobody counts: 4 letters or 1 Chinese character each. */
int64_t llm_tokens(Str text);
/** How long an answer asks to wait, in ms; -1 when it does not say. `now_ms`: Unix time. */
int64_t llm_retry_after(const ClientRes *res, int64_t now_ms);

/** Server-sent events, read as they come. Source: WHATWG HTML §9.2.6. */
typedef struct Sse { Buf line, data; Str name; bool skip_lf, too_long; } Sse;
Sse  sse_new(Arena *a);
/** Calls `take` for every event that `bytes` completes. */
void sse_feed(Sse *s, Str bytes, void (*take)(void *arg, Str name, Str data), void *arg);
/** What the message of an error body is: {"error":{"message":…}}, {"message":…}, {"detail":…}, or the beginning of the text. */
Str  llm_error_text(Arena *a, Str body);
