#include "app/app.h"
#include "feature/review/review.h"

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

static const Route routes[] = {
    { GET, "/api/v1/reports/:report/checklist", ROLE_VIEWER, show, .reply = &review_rule_shape, .flags = REPLY_LIST,
      .doc = "What stands between the report and its publication" },
    { 0 },
};

const Feature review_feature = { .name = "review", .routes = routes };
