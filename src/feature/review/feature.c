#include "app/app.h"
#include "feature/review/readiness.h"

static SHAPE(review_rule_shape, ReviewRule, "A rule before publication",
    FIELD(ReviewRule, rule, READ_ONLY, "Which", .values = review_rules),
    FIELD(ReviewRule, state, READ_ONLY, "open: better done first; blocks: you may not publish before", .values = review_states),
    FIELD(ReviewRule, count, READ_ONLY, "How many are missing"),
    FIELD(ReviewRule, names, READ_ONLY, "Of what is missing: sections, people, references"));

static Err show(Cx *cx, Req *req, Res *res)
{
    ReviewRules all = { 0 };
    TRY(review_checklist(cx, req_param(req, "report"), &all));
    res_list(cx, res, &review_rule_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static SHAPE(suggestion_author_shape, SuggestionAuthor, "Who suggested something, by the record of the server",
    FIELD(SuggestionAuthor, claimed_id, READ_ONLY, "Whose it is, as its mark says"),
    FIELD(SuggestionAuthor, at, READ_ONLY, "When, as its mark says"),
    FIELD_OF(SuggestionAuthor, author, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who wrote it; null: not saved yet"));

static Err authors(Cx *cx, Req *req, Res *res)
{
    SuggestionAuthors all = { 0 };
    TRY(review_suggestion_authors(cx, req_param(req, "report"), &all));
    res_list(cx, res, &suggestion_author_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static const Route routes[] = {
    { GET, "/api/v1/reports/:report/checklist", ROLE_VIEWER, show, .reply = &review_rule_shape, .flags = REPLY_LIST,
      .doc = "What stands between the report and its publication" },
    { GET, "/api/v1/reports/:report/suggestion-authors", ROLE_VIEWER, authors, .reply = &suggestion_author_shape, .flags = REPLY_LIST,
      .doc = "Who wrote the suggestions that wait in the text, whatever their marks say" },
    { 0 },
};

const Feature review_feature = { .name = "review", .routes = routes, .listeners = readiness_listeners, .settings = readiness_settings };
