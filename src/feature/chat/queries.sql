-- name: chat_inbox_add
INSERT INTO chat_inbox (name, kind, body, state, error, received_ms) VALUES (:name, :kind, :body, 'waiting', '', :now_ms)
ON CONFLICT (name) DO NOTHING;

-- name: chat_inbox_next
SELECT n, kind, body FROM chat_inbox WHERE state = 'waiting' AND n > :after ORDER BY n LIMIT 50;

-- name: chat_inbox_end
UPDATE chat_inbox SET state = :state, error = :error, body = '' WHERE n = :n AND state = 'waiting';

-- name: chat_inbox_tidy
DELETE FROM chat_inbox WHERE received_ms < :before AND state <> 'waiting';

-- name: chat_post_tidy
DELETE FROM chat_post WHERE created_ms < :before AND state IN ('sent', 'dropped');

-- name: chat_gone_tidy
DELETE FROM chat_gone WHERE at_ms < :before;

-- name: chat_person_get
SELECT name, email, asked_ms FROM chat_person WHERE source = 'slack' AND key = :key;

-- name: chat_person_put
INSERT INTO chat_person (source, key, name, email, asked_ms) VALUES ('slack', :key, :name, :email, :now_ms)
ON CONFLICT (source, key) DO UPDATE SET name = :name, email = :email, asked_ms = :now_ms;

-- name: chat_gone_add
INSERT INTO chat_gone (source, channel, source_id, at_ms) VALUES ('slack', :channel, :id, :now_ms) ON CONFLICT (source, channel, source_id) DO NOTHING;

-- name: chat_gone_get
SELECT 1 FROM chat_gone WHERE source = 'slack' AND channel = :channel AND source_id = :id;

-- name: chat_post_add
INSERT INTO chat_post (id, kind, source, channel, incident_id, message_id, url, text, state, error, posted_id, created_ms, claimed_ms)
VALUES (:id, :kind, :source, :channel, :incident, :message, :url, :text, 'waiting', '', '', :now_ms, 0) ON CONFLICT (id) DO NOTHING;

-- name: chat_post_next
SELECT n, id, kind, incident_id, message_id, url, text, state, created_ms, claimed_ms FROM chat_post
WHERE source = :source AND channel = :channel AND state IN ('waiting', 'sending', 'unsure') ORDER BY n LIMIT 1;

-- name: chat_post_claim
UPDATE chat_post SET state = 'sending', claimed_ms = :now_ms WHERE n = :n AND state = :state AND claimed_ms = :claimed_ms;

-- name: chat_post_end
UPDATE chat_post SET state = :state, error = :error, posted_id = :posted WHERE n = :n;

-- name: chat_post_open_places
SELECT DISTINCT source, channel FROM chat_post WHERE state IN ('waiting', 'sending', 'unsure') LIMIT 100;

-- name: chat_channel_add
INSERT INTO chat_channel (incident_id, person, channel, created_ms) VALUES (:incident, :person, '', :now_ms) ON CONFLICT (incident_id) DO NOTHING;

-- name: chat_channel_get
SELECT person, channel, created_ms FROM chat_channel WHERE incident_id = :incident;

-- name: chat_channel_made
UPDATE chat_channel SET channel = :channel WHERE incident_id = :incident;

-- name: chat_line_take
INSERT INTO chat_line (number, node, until_ms, state, error, since_ms) VALUES (:number, :node, :until_ms, 'connecting', '', :now_ms)
ON CONFLICT (number) DO UPDATE SET node = excluded.node, until_ms = excluded.until_ms
WHERE chat_line.node = excluded.node OR chat_line.until_ms < :now_ms
RETURNING node;

-- name: chat_line_state
UPDATE chat_line SET state = :state, error = :error, since_ms = :now_ms WHERE number = :number AND node = :node;

-- name: chat_line_drop
DELETE FROM chat_line WHERE number = :number AND node = :node;

-- name: chat_line_list
SELECT number, state, error, since_ms FROM chat_line WHERE until_ms >= :now_ms ORDER BY number;

-- name: chat_state_in
SELECT COALESCE(MAX(received_ms), 0), COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0),
       COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) FROM chat_inbox;

-- name: chat_state_in_failed
SELECT error FROM chat_inbox WHERE state = 'failed' ORDER BY n DESC LIMIT 1;

-- name: chat_state_out
SELECT source, channel, COUNT(*), MIN(created_ms), MAX(error) FROM chat_post WHERE state IN ('waiting', 'sending', 'unsure')
GROUP BY source, channel ORDER BY MIN(created_ms) LIMIT 50;

-- name: chat_state_dropped
SELECT source, channel, error, created_ms FROM chat_post WHERE state = 'dropped' AND error <> '' AND error <> 'private, or deleted' ORDER BY n DESC LIMIT 5;

-- name: chat_inbox_failed
INSERT INTO chat_inbox (name, kind, body, state, error, received_ms) VALUES (:name, :kind, '', 'failed', :error, :now_ms)
ON CONFLICT (name) DO UPDATE SET error = excluded.error;

-- name: chat_reaction_add
INSERT INTO chat_reaction (source, channel, message_id, reaction, user_id) VALUES (:source, :channel, :message, :reaction, :user)
ON CONFLICT (source, channel, message_id, reaction, user_id) DO NOTHING;

-- name: chat_reaction_remove
DELETE FROM chat_reaction WHERE source = :source AND channel = :channel AND message_id = :message AND reaction = :reaction AND user_id = :user;

-- name: chat_reaction_has
SELECT 1 FROM chat_reaction WHERE source = :source AND channel = :channel AND message_id = :message AND reaction = :reaction LIMIT 1;

-- name: chat_hook_put
INSERT INTO chat_hook (source, channel, address) VALUES (:source, :channel, :address)
ON CONFLICT (source, channel) DO UPDATE SET address = excluded.address;

-- name: chat_hook_get
SELECT address FROM chat_hook WHERE source = :source AND channel = :channel;

-- name: chat_hook_remove
DELETE FROM chat_hook WHERE source = :source AND channel = :channel;
