-- shared: message_columns
    m.id, m.incident_id, m.thread_id, m.kind, m.body, m.data, m.url, m.source, m.channel, m.author_id, m.author_key, m.author_name,
    m.mentions, m.at_ms, m.edited_ms, m.deleted_ms, m.pinned_ms, m.pinned_by, m.replies, m.last_reply_ms, m.event_id, m.version

-- name: message_get
SELECT
--use message_columns
FROM message m WHERE m.id = :id;

-- name: message_list
SELECT
--use message_columns
FROM message m
WHERE m.incident_id = :incident
--if room
  AND m.thread_id = ''
--if thread
  AND m.thread_id = :thread
--if pinned
  AND m.pinned_ms > 0
--if q
  AND m.deleted_ms = 0 AND NOCASE(m.body) LIKE :q ESCAPE '\'
--if before
  AND (m.at_ms, m.id) < (:at, :cursor)
--if after
  AND (m.at_ms, m.id) > (:at, :cursor)
--if asc
ORDER BY m.at_ms, m.id
--else
ORDER BY m.at_ms DESC, m.id DESC
--end
LIMIT :limit;

-- name: message_insert
INSERT INTO message (id, incident_id, thread_id, thread_ref, kind, body, data, url, source, channel, author_id, author_key, author_name,
    mentions, at_ms, edited_ms, deleted_ms, pinned_ms, pinned_by, replies, last_reply_ms, event_id, recorded_ms, version)
VALUES (:id, :incident, :thread, :thread_ref, :kind, :body, :data, :url, :source, :channel, :author, :author_key, :author_name,
    :mentions, :at_ms, :edited_ms, 0, 0, '', 0, 0, '', :now_ms, 1);

-- name: message_correct
UPDATE message SET body = :body, data = :data, mentions = :mentions, edited_ms = :edited_ms, version = version + 1 WHERE id = :id;

-- name: message_bury
UPDATE message SET body = '', data = '{}', mentions = '[]', url = '', deleted_ms = :now_ms, pinned_ms = 0, pinned_by = '',
    version = version + 1 WHERE id = :id;

-- name: message_pin_set
UPDATE message SET pinned_ms = :pinned_ms, pinned_by = :by, version = version + 1 WHERE id = :id;

-- name: message_touch
UPDATE message SET version = version + 1 WHERE id = :id;

-- name: message_event_set
UPDATE message SET event_id = :event, version = version + 1 WHERE id = :id;

-- name: message_replied
UPDATE message SET replies = replies + :delta, last_reply_ms = GREATEST(last_reply_ms, :at_ms), version = version + 1 WHERE id = :id;

-- name: message_waiting_count
SELECT COUNT(*), coalesce(MAX(at_ms), 0) FROM message
WHERE source = :source AND channel = :channel AND thread_ref = :ref AND thread_ref <> '' AND incident_id = :incident;

-- name: message_waiting_join
UPDATE message SET thread_id = :id, thread_ref = '', version = version + 1
WHERE source = :source AND channel = :channel AND thread_ref = :ref AND thread_ref <> '' AND incident_id = :incident;

-- name: message_ref_get
SELECT message_id FROM message_ref WHERE source = :source AND channel = :channel AND source_id = :source_id;

-- name: message_ref_insert
INSERT INTO message_ref (source, channel, source_id, message_id) VALUES (:source, :channel, :source_id, :message)
ON CONFLICT (source, channel, source_id) DO NOTHING;

-- name: message_ref_by_message
SELECT source_id FROM message_ref WHERE message_id = :message AND source = :source AND channel = :channel ORDER BY source_id LIMIT 1;

-- name: message_reaction_add
INSERT INTO message_reaction (message_id, reaction, who, name, at_ms) VALUES (:message, :reaction, :who, :name, :now_ms)
ON CONFLICT (message_id, reaction, who) DO NOTHING;

-- name: message_reaction_remove
DELETE FROM message_reaction WHERE message_id = :message AND reaction = :reaction AND who = :who;

-- name: message_reaction_clear
DELETE FROM message_reaction WHERE message_id = :message;

-- name: message_reaction_count
SELECT COUNT(*) FROM message_reaction WHERE message_id = :message;

-- name: message_reaction_list
SELECT message_id, reaction, who, name FROM message_reaction WHERE message_id IN LIST(:messages) ORDER BY message_id, at_ms, reaction, who;

-- name: message_file_list
SELECT message_id, id, kind, name, type, url, bytes, width, height, position FROM message_file WHERE message_id IN LIST(:messages) ORDER BY message_id, position;

-- name: message_file_insert
INSERT INTO message_file (message_id, position, id, kind, name, type, url, bytes, width, height)
VALUES (:message, :position, :id, :kind, :name, :type, :url, :bytes, :width, :height)
ON CONFLICT (message_id, position) DO NOTHING;

-- name: message_file_clear
DELETE FROM message_file WHERE message_id = :message
--if sent
  AND position < 100
--end
;

-- name: message_author_get
SELECT user_id, by_hand FROM message_author WHERE source = :source AND author_key = :key;

-- name: message_author_put
INSERT INTO message_author (source, author_key, name, email, user_id, by_hand) VALUES (:source, :key, :name, :email, :user, :by_hand)
ON CONFLICT (source, author_key) DO UPDATE SET user_id = :user, by_hand = :by_hand;

-- name: message_author_follow
UPDATE message SET author_id = :user, version = version + 1 WHERE source = :source AND author_key = :key AND author_key <> '';

-- name: message_room_put
INSERT INTO message_room (id, source, channel, name, url, incident_id, created_ms)
VALUES (:id, :source, :channel, :name, :url, :incident, :now_ms)
ON CONFLICT (source, channel) DO UPDATE SET name = :name, url = :url, incident_id = :incident;

-- name: message_room_remove
DELETE FROM message_room WHERE source = :source AND channel = :channel;

-- name: message_room_get
SELECT incident_id FROM message_room WHERE source = :source AND channel = :channel;

-- name: message_room_list
SELECT id, source, channel, name, url, incident_id, created_ms FROM message_room WHERE incident_id = :incident ORDER BY created_ms, id LIMIT 100;

-- name: message_seen_get
SELECT at_ms FROM message_seen WHERE incident_id = :incident AND user_id = :user;

-- name: message_seen_put
INSERT INTO message_seen (incident_id, user_id, at_ms) VALUES (:incident, :user, :at_ms)
ON CONFLICT (incident_id, user_id) DO UPDATE SET at_ms = GREATEST(message_seen.at_ms, :at_ms);

-- name: message_unread
SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE incident_id = :incident AND at_ms > :at_ms AND author_id <> :user AND deleted_ms = 0 LIMIT 1000) n;

-- name: message_first_unread
SELECT id FROM message WHERE incident_id = :incident AND thread_id = '' AND at_ms > :at_ms AND author_id <> :user AND deleted_ms = 0
ORDER BY at_ms, id LIMIT 1;

-- name: message_ids_of_incident
SELECT id FROM message WHERE incident_id = :incident AND deleted_ms = 0 AND id > :after ORDER BY id LIMIT :limit;

-- name: message_incident
SELECT incident_id FROM message WHERE id = :id;

-- name: message_data_set
UPDATE message SET data = :data, version = version + 1 WHERE id = :id;

-- name: message_before
SELECT id FROM message WHERE incident_id = :incident AND thread_id = '' AND deleted_ms = 0 AND kind = 'text' AND (at_ms, id) < (:at_ms, :id)
ORDER BY at_ms DESC, id DESC LIMIT 1;

-- name: message_proposal_get
SELECT reasons, kind, state FROM message_proposal WHERE message_id = :message;

-- name: message_proposal_put
INSERT INTO message_proposal (message_id, incident_id, reasons, kind, state, decided_by, decided_ms, at_ms, created_ms)
VALUES (:message, :incident, :reasons, :kind, :state, '', 0, :at_ms, :now_ms)
ON CONFLICT (message_id) DO UPDATE SET reasons = :reasons, kind = :kind, state = :state;

-- name: message_proposal_decide
UPDATE message_proposal SET state = :state, decided_by = :by, decided_ms = :now_ms WHERE message_id = :message;

-- name: message_proposal_remove
DELETE FROM message_proposal WHERE message_id = :message;

-- name: message_proposal_list
SELECT message_id, reasons, kind, state FROM message_proposal
WHERE incident_id = :incident AND state = :state
--if after
  AND (at_ms, message_id) > (:at, :cursor)
--end
ORDER BY at_ms, message_id LIMIT :limit;

-- name: message_proposal_count
SELECT COUNT(*) FROM message_proposal WHERE incident_id = :incident AND state = 'proposed';

-- name: message_page_of
SELECT
--use message_columns
FROM message m WHERE m.id IN LIST(:ids);

-- name: message_words
SELECT id, body FROM message WHERE incident_id = :incident AND deleted_ms = 0 AND kind = 'text' ORDER BY at_ms, id LIMIT 5000;

-- name: message_import_begin
INSERT INTO message_import (incident_id, user_id, state, error, done, total, updated_ms) VALUES (:incident, :user, 'running', '', 0, :total, :now_ms)
ON CONFLICT (incident_id) DO UPDATE SET user_id = excluded.user_id, state = 'running', error = '', done = 0, total = excluded.total, updated_ms = excluded.updated_ms
WHERE message_import.state <> 'running' OR message_import.updated_ms < :silent_before;

-- name: message_import_step
UPDATE message_import SET done = :done, state = :state, error = :error, updated_ms = :now_ms WHERE incident_id = :incident;

-- name: message_import_get
SELECT state, error, done, total, user_id, updated_ms FROM message_import WHERE incident_id = :incident;
