-- name: user_insert
INSERT INTO account_user (id, name, email, password, time_zone, locale, role, avatar_color, disabled, search_key, created_ms)
VALUES (:id, :name, :email, :password, :time_zone, :locale, :role, :avatar_color, :disabled, :search_key, :now_ms);

-- name: user_select
SELECT id, name, email, time_zone, locale, role, avatar_color, disabled, last_seen_ms, created_ms, version, password
FROM account_user u
WHERE 1 = 1
--if id
  AND id = :id
--if email
  AND email = :email
--if q
  AND search_key LIKE :q ESCAPE '\'
--if enabled
  AND disabled = 0
--if role
  AND role IN LIST(:roles)
--if team
  AND EXISTS (SELECT 1 FROM team_member m WHERE m.user_id = u.id AND m.team_id = :team)
--if page
ORDER BY search_key, id LIMIT :limit OFFSET :skip
--else
ORDER BY search_key, id
--end

-- name: user_total
SELECT count(*) FROM account_user u
WHERE 1 = 1
--if q
  AND search_key LIKE :q ESCAPE '\'
--if enabled
  AND disabled = 0
--if role
  AND role IN LIST(:roles)
--if team
  AND EXISTS (SELECT 1 FROM team_member m WHERE m.user_id = u.id AND m.team_id = :team)

-- name: user_ref_list
SELECT id, name, avatar_color FROM account_user WHERE id IN LIST(:ids);

-- name: user_zone_list
SELECT id, time_zone FROM account_user WHERE id IN LIST(:ids);

-- name: user_team_list
SELECT m.user_id, m.team_id FROM team_member m JOIN team t ON t.id = m.team_id
WHERE t.removed_ms IS NULL
--if users
  AND m.user_id IN LIST(:users)
--if team
  AND m.team_id IN LIST(:teams)
--end
ORDER BY t.name_key, m.user_id;

-- name: user_update
UPDATE account_user SET name = :name, email = :email, time_zone = :time_zone, locale = :locale, role = :role,
    avatar_color = :avatar_color, disabled = :disabled, search_key = :search_key, version = version + 1
WHERE id = :id;

-- name: user_password_update
UPDATE account_user SET password = :password, version = version + 1 WHERE id = :id;

-- name: user_lock_admins
SELECT id FROM account_user WHERE role = 'admin' AND disabled = 0 ORDER BY id FOR UPDATE;

-- name: setup_insert
INSERT INTO account_setup (id, at_ms) VALUES (1, :now_ms);

-- name: session_insert
INSERT INTO account_session (id, user_id, token_hash, peer, user_agent, created_ms, seen_ms, expires_ms)
VALUES (:id, :user_id, :token_hash, :peer, :user_agent, :now_ms, :now_ms, :expires_ms);

-- name: session_find
SELECT s.id, s.seen_ms, u.id, u.name, u.email, u.role, u.locale, u.time_zone, u.avatar_color, s.expires_ms
FROM account_session s JOIN account_user u ON u.id = s.user_id
WHERE s.expires_ms > :now_ms AND u.disabled = 0
--if by_hash
  AND s.token_hash = :token_hash
--if by_id
  AND s.id = :id
--end
;

-- name: session_touch
UPDATE account_session SET seen_ms = :now_ms, expires_ms = :expires_ms WHERE id = :id AND seen_ms < :now_ms;

-- name: user_seen
UPDATE account_user SET last_seen_ms = :now_ms WHERE id = :id AND last_seen_ms < :now_ms;

-- name: session_list
SELECT id, user_agent, peer, created_ms, seen_ms, expires_ms FROM account_session
WHERE user_id = :user_id AND expires_ms > :now_ms ORDER BY seen_ms DESC, id DESC LIMIT :limit;

-- name: session_delete
DELETE FROM account_session WHERE user_id = :user_id
--if id
  AND id = :id
--if keep
  AND id <> :keep

-- name: session_sweep
DELETE FROM account_session WHERE expires_ms <= :now_ms;

-- name: token_insert
INSERT INTO account_token (id, user_id, name, scopes, token_hash, prefix, created_ms, expires_ms)
VALUES (:id, :user_id, :name, :scopes, :token_hash, :prefix, :now_ms, :expires_ms);

-- name: token_find
SELECT t.id, t.scopes, t.last_used_ms, u.id, u.name, u.email, u.role, u.locale, u.time_zone, u.avatar_color, t.expires_ms
FROM account_token t JOIN account_user u ON u.id = t.user_id
WHERE (t.expires_ms IS NULL OR t.expires_ms > :now_ms) AND u.disabled = 0
--if by_hash
  AND t.token_hash = :token_hash
--if by_id
  AND t.id = :id
--end
;

-- name: token_touch
UPDATE account_token SET last_used_ms = :now_ms WHERE id = :id;

-- name: token_select
SELECT t.id, t.name, t.scopes, t.prefix, t.created_ms, t.expires_ms, t.last_used_ms, u.id, u.name, u.avatar_color
FROM account_token t JOIN account_user u ON u.id = t.user_id
WHERE 1 = 1
--if id
  AND t.id = :id
--if user
  AND t.user_id = :user_id
--end
ORDER BY t.created_ms DESC, t.id DESC LIMIT :limit;

-- name: token_delete
DELETE FROM account_token WHERE id = :id;

-- name: team_insert
INSERT INTO team (id, name, name_key, description, lead_id, created_ms)
VALUES (:id, :name, :name_key, :description, :lead_id, :now_ms);

-- name: team_select
SELECT id, name, description, lead_id, created_ms, version FROM team
WHERE removed_ms IS NULL
--if id
  AND id = :id
--if named
  AND (id = :given OR name_key = :name_key)
--if q
  AND name_key LIKE :q ESCAPE '\'
--end
ORDER BY name_key, id;

-- name: team_ref_list
SELECT id, name FROM team WHERE id IN LIST(:ids);

-- name: team_update
UPDATE team SET name = :name, name_key = :name_key, description = :description, lead_id = :lead_id, version = version + 1
WHERE id = :id;

-- name: team_remove
UPDATE team SET removed_ms = :now_ms, version = version + 1 WHERE id = :id;

-- name: team_member_clear
DELETE FROM team_member WHERE team_id = :team_id;

-- name: team_member_insert
INSERT INTO team_member (team_id, user_id) VALUES (:team_id, :user_id);
