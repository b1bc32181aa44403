-- name: draft_section_put
INSERT INTO draft_section (id, report_id, section, incident_id, state, wish, time_zone, form, claims, placed, error, model, tokens_in, tokens_out, cost_micro,
    pieces, pieces_read, by_id, created_ms, updated_ms)
VALUES (:id, :report, :section, :incident, 'waiting', :wish, :time_zone, 'prose', '[]', '', '', '', 0, 0, 0, 0, 0, :by, :now_ms, :now_ms)
ON CONFLICT (report_id, section) DO UPDATE SET state = 'waiting', wish = excluded.wish, time_zone = excluded.time_zone, incident_id = excluded.incident_id,
    error = '', by_id = excluded.by_id, updated_ms = excluded.updated_ms, version = draft_section.version + 1;
-- name: draft_section_get
SELECT id, report_id, section, incident_id, state, wish, time_zone, form, claims, placed, error, model, tokens_in, tokens_out, cost_micro, pieces, pieces_read,
    by_id, updated_ms, version
FROM draft_section WHERE report_id = :report AND section = :section;
-- name: draft_section_list
SELECT id, report_id, section, incident_id, state, wish, time_zone, form, claims, placed, error, model, tokens_in, tokens_out, cost_micro, pieces, pieces_read,
    by_id, updated_ms, version
FROM draft_section WHERE report_id = :report ORDER BY created_ms, id;
-- name: draft_section_save
UPDATE draft_section SET state = :state, form = :form, claims = :claims, placed = :placed, error = :error, model = :model, tokens_in = :tokens_in, tokens_out = :tokens_out,
    cost_micro = :cost_micro, pieces = :pieces, pieces_read = :pieces_read, updated_ms = :now_ms, version = version + 1
WHERE report_id = :report AND section = :section;
-- name: draft_question_add
INSERT INTO draft_question (id, incident_id, report_id, question, state, claims, error, locale, time_zone, tokens, cost_micro, by_id, created_ms)
VALUES (:id, :incident, :report, :question, 'waiting', '[]', '', :locale, :time_zone, 0, 0, :by, :now_ms);
-- name: draft_question_get
SELECT id, incident_id, report_id, question, state, claims, error, locale, time_zone, tokens, cost_micro, by_id, created_ms FROM draft_question WHERE id = :id;
-- name: draft_question_list
SELECT id, incident_id, report_id, question, state, claims, error, locale, time_zone, tokens, cost_micro, by_id, created_ms FROM draft_question
WHERE incident_id = :incident
--if report
  AND report_id = :report
--if own
  AND report_id = ''
--end
ORDER BY created_ms DESC, id DESC LIMIT 50;
-- name: draft_question_save
UPDATE draft_question SET state = :state, claims = :claims, error = :error, tokens = :tokens, cost_micro = :cost_micro WHERE id = :id;
-- name: draft_call_add
INSERT INTO draft_call (id, report_id, incident_id, purpose, section, by_id, at_ms, provider, host, model, sent, received, error, tokens_in, tokens_out, cost_micro, took_ms)
VALUES (:id, :report, :incident, :purpose, :section, :by, :at_ms, :provider, :host, :model, :sent, :received, :error, :tokens_in, :tokens_out, :cost_micro, :took_ms);
-- name: draft_call_list
SELECT id, purpose, section, by_id, at_ms, provider, host, model, sent, received, error, tokens_in, tokens_out, cost_micro, took_ms
FROM draft_call WHERE report_id = :report ORDER BY at_ms DESC, id DESC LIMIT :limit;
-- name: draft_call_spent
SELECT coalesce(sum(tokens_in + tokens_out), 0), coalesce(sum(cost_micro), 0) FROM draft_call WHERE at_ms >= :since_ms;
-- name: draft_call_spent_on
SELECT coalesce(sum(tokens_in + tokens_out), 0), coalesce(sum(cost_micro), 0), count(*) FROM draft_call WHERE report_id = :report;
-- name: draft_call_purge
DELETE FROM draft_call WHERE at_ms < :before_ms;
-- name: draft_automatic_get
SELECT 1 FROM draft_automatic WHERE incident_id = :incident;
-- name: draft_automatic_add
INSERT INTO draft_automatic (incident_id, created_ms) VALUES (:incident, :now_ms);
-- name: draft_refill_get
SELECT filled FROM draft_refill WHERE report_id = :report AND section = :section;
-- name: draft_refill_put
INSERT INTO draft_refill (report_id, section, filled) VALUES (:report, :section, :filled)
ON CONFLICT (report_id, section) DO UPDATE SET filled = excluded.filled;
-- name: draft_review_get
SELECT state, error, locale, by_id, asked, tokens, cost_micro, updated_ms FROM draft_review WHERE report_id = :report;
-- name: draft_review_put
INSERT INTO draft_review (report_id, state, error, locale, by_id, asked, tokens, cost_micro, updated_ms)
VALUES (:report, :state, :error, :locale, :by, :asked, :tokens, :cost_micro, :now_ms)
ON CONFLICT (report_id) DO UPDATE SET state = excluded.state, error = excluded.error, locale = excluded.locale, by_id = excluded.by_id, asked = excluded.asked,
    tokens = excluded.tokens, cost_micro = excluded.cost_micro, updated_ms = excluded.updated_ms;
-- name: draft_review_asked
SELECT question FROM draft_review_question WHERE report_id = :report ORDER BY created_ms, thread_id;
-- name: draft_review_add
INSERT INTO draft_review_question (report_id, thread_id, question, created_ms) VALUES (:report, :thread, :question, :now_ms);
