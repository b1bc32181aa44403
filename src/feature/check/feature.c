#include "feature/check/check.h"
#include "sql.gen.h"

static SHAPE(wording_found_shape, WordingFound, "Wording that makes a person the cause, or judges after the fact",
    FIELD(WordingFound, rule, READ_ONLY, "who_question, person_as_cause, human_error, judgement, failed_to, counterfactual"),
    FIELD(WordingFound, reason, READ_ONLY, "Why it is found"),
    FIELD(WordingFound, words, READ_ONLY, "What is written"),
    FIELD(WordingFound, suggestion, READ_ONLY, "Wording about the system, in the language of the text"),
    FIELD(WordingFound, proposes, READ_ONLY, "The suggestion may stand in place of the words; when it is empty, they can go"),
    FIELD(WordingFound, block, READ_ONLY, "Which paragraph, heading, code block or summary of the document, from 0"),
    FIELD(WordingFound, from, READ_ONLY, "Where in it, in UTF-16 units"),
    FIELD(WordingFound, to, READ_ONLY, "One past the end"));

typedef struct Dismissal { Str rule, words; } Dismissal;
static SHAPE(dismissal_shape, Dismissal, "Words that are fine in this report",
    FIELD(Dismissal, rule, REQUIRED, "The rule that found them"),
    FIELD(Dismissal, words, REQUIRED, "As they are written", .max = 2000));

static Err show(Cx *cx, Req *req, Res *res)
{
    WordingFounds found;
    TRY(check_report_wording(cx, req_param(req, "report"), &found));
    res_list(cx, res, &wording_found_shape, found.at, sizeof *found.at, found.len, (int64_t)found.len, (Cursor){ 0 },
             (int64_t)found.len);
    return OK;
}

static Err dismiss(Cx *cx, Req *req, Res *res)
{
    const Dismissal *d = BODY(req, Dismissal);
    res_none(res);
    return check_dismiss_wording(cx, req_param(req, "report"), d->rule, d->words);
}

static Err restore(Cx *cx, Req *req, Res *res)
{
    const Dismissal *d = BODY(req, Dismissal);
    res_none(res);
    return check_restore_wording(cx, req_param(req, "report"), d->rule, d->words);
}

#define WORDING "/api/v1/reports/:report/wording"
static const Route routes[] = {
    { GET, WORDING, ROLE_VIEWER, show, .reply = &wording_found_shape, .flags = REPLY_LIST, .doc = "Wording in a report that blames, and what could stand there instead" },
    { POST, WORDING "/dismiss", ROLE_RESPONDER, dismiss, &dismissal_shape, .doc = "These words are fine here: they are not found again" },
    { POST, WORDING "/restore", ROLE_RESPONDER, restore, &dismissal_shape, .doc = "Finds words again that were dismissed" },
    { 0 },
};

const Feature check_feature = { .name = "check", .schema = &check_schema, .routes = routes };
