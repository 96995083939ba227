-- The memory of WeCom. Times are seconds since the epoch on the sandbox's clock.
CREATE TABLE IF NOT EXISTS wecom_people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    nickname TEXT NOT NULL,
    external_userid TEXT NOT NULL UNIQUE,
    unionid TEXT NOT NULL,
    fan_id INTEGER UNIQUE REFERENCES fans (id),
    fails_next INTEGER
);
CREATE TABLE IF NOT EXISTS wecom_staff (
    userid TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    is_servicer INTEGER NOT NULL DEFAULT 1,
    is_receiving INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS wecom_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES wecom_people (id),
    account TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('customer', 'shop', 'servicer', 'platform')),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    msgid TEXT NOT NULL,
    created_at REAL NOT NULL,
    UNIQUE (account, msgid)
);
CREATE INDEX IF NOT EXISTS wecom_items_of_person ON wecom_items (person_id, id);
CREATE TABLE IF NOT EXISTS kf_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES wecom_people (id),
    open_kfid TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 4 CHECK (state BETWEEN 0 AND 4),
    servicer TEXT NOT NULL DEFAULT '',
    started_at REAL,
    written_at REAL,
    sent INTEGER NOT NULL DEFAULT 0,
    welcomed_at REAL,
    UNIQUE (person_id, open_kfid)
);
CREATE TABLE IF NOT EXISTS kf_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    open_kfid TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS kf_log_of_account ON kf_log (open_kfid, id);
CREATE TABLE IF NOT EXISTS kf_codes (
    code TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('welcome', 'pool', 'servicer', 'end')),
    session_id INTEGER NOT NULL REFERENCES kf_sessions (id),
    expires_at REAL NOT NULL,
    used_at REAL
);
CREATE TABLE IF NOT EXISTS kf_poke_tokens (
    token TEXT PRIMARY KEY,
    open_kfid TEXT NOT NULL,
    expires_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS app_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    userid TEXT NOT NULL REFERENCES wecom_staff (userid),
    msgid TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    task_id TEXT NOT NULL DEFAULT '',
    replaced TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS app_responses (
    code TEXT PRIMARY KEY,
    msgid TEXT NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL
);
CREATE TABLE IF NOT EXISTS wecom_contacts (
    person_id INTEGER NOT NULL REFERENCES wecom_people (id),
    userid TEXT NOT NULL REFERENCES wecom_staff (userid),
    state TEXT NOT NULL,
    remark TEXT NOT NULL,
    added_at REAL NOT NULL,
    PRIMARY KEY (person_id, userid)
);
CREATE TABLE IF NOT EXISTS wecom_welcomes (
    code TEXT PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES wecom_people (id),
    userid TEXT NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL
);
CREATE TABLE IF NOT EXISTS wecom_tags (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL,
    group_name TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (group_name, name)
);
CREATE TABLE IF NOT EXISTS wecom_marks (
    person_id INTEGER NOT NULL REFERENCES wecom_people (id),
    userid TEXT NOT NULL,
    tag_id TEXT NOT NULL REFERENCES wecom_tags (id),
    PRIMARY KEY (person_id, userid, tag_id)
);
CREATE TABLE IF NOT EXISTS wecom_ways (
    config_id TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS wecom_callbacks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL,
    sealed TEXT NOT NULL,
    card_id INTEGER REFERENCES app_messages (id),
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL,
    outcome TEXT NOT NULL DEFAULT 'waiting',
    detail TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS wecom_callbacks_due ON wecom_callbacks (next_at) WHERE next_at IS NOT NULL;
