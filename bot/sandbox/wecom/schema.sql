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
CREATE INDEX IF NOT EXISTS ix_kf_sessions_due ON kf_sessions (started_at) WHERE state <> 4;
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
CREATE TABLE IF NOT EXISTS wecom_welcome_claims (
    code TEXT PRIMARY KEY REFERENCES wecom_welcomes (code),
    delivered_at REAL NOT NULL
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
CREATE TABLE IF NOT EXISTS wecom_switches (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS wecom_contacts_of_member ON wecom_contacts (userid, person_id);
CREATE TABLE IF NOT EXISTS wecom_groups (
    chat_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES wecom_staff (userid),
    notice TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    welcome_id TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    dismissed_at REAL
);
CREATE INDEX IF NOT EXISTS wecom_groups_of_owner ON wecom_groups (owner);
CREATE TABLE IF NOT EXISTS wecom_group_members (
    chat_id TEXT NOT NULL REFERENCES wecom_groups (chat_id),
    userid TEXT NOT NULL,
    person_id INTEGER REFERENCES wecom_people (id),
    joined_at REAL NOT NULL,
    join_scene INTEGER NOT NULL CHECK (join_scene IN (1, 2, 3)),
    invitor TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    is_admin INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, userid)
);
CREATE INDEX IF NOT EXISTS wecom_group_members_of_person ON wecom_group_members (person_id);
CREATE TABLE IF NOT EXISTS wecom_group_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id TEXT NOT NULL REFERENCES wecom_groups (chat_id),
    sender TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS wecom_group_items_of_chat ON wecom_group_items (chat_id, id);
CREATE TABLE IF NOT EXISTS wecom_join_ways (
    config_id TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS wecom_group_welcomes (
    template_id TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
-- One task of 企业群发, who must confirm it, and who is to get it.
CREATE TABLE IF NOT EXISTS mass_tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    msgid TEXT NOT NULL UNIQUE,
    chat_type TEXT NOT NULL CHECK (chat_type IN ('single', 'group')),
    body TEXT NOT NULL,
    created_at REAL NOT NULL,
    cancelled_at REAL
);
CREATE TABLE IF NOT EXISTS mass_parts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES mass_tasks (id),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS mass_parts_of_task ON mass_parts (task_id, id);
CREATE TABLE IF NOT EXISTS mass_senders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES mass_tasks (id),
    userid TEXT NOT NULL REFERENCES wecom_staff (userid),
    sent_at REAL,
    declined_at REAL,
    UNIQUE (task_id, userid)
);
CREATE INDEX IF NOT EXISTS mass_senders_of_member ON mass_senders (userid, id);
-- status: 0 未发送, 1 已发送, 2 因客户不是好友导致发送失败, 3 因客户已经收到其他群发消息导致发送失败.
CREATE TABLE IF NOT EXISTS mass_recipients (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES mass_tasks (id),
    userid TEXT NOT NULL,
    target TEXT NOT NULL,
    person_id INTEGER,
    status INTEGER NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 3),
    sent_at REAL
);
CREATE INDEX IF NOT EXISTS mass_recipients_of_sender ON mass_recipients (task_id, userid, id);
CREATE INDEX IF NOT EXISTS mass_received ON mass_recipients (target, sent_at) WHERE status = 1;
CREATE TABLE IF NOT EXISTS mass_reminders (
    task_id INTEGER NOT NULL REFERENCES mass_tasks (id),
    at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS moments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    moment_id TEXT NOT NULL UNIQUE,
    jobid TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    tags TEXT NOT NULL,
    refused TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS moment_senders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    moment INTEGER NOT NULL REFERENCES moments (id),
    userid TEXT NOT NULL REFERENCES wecom_staff (userid),
    published_at REAL,
    declined_at REAL,
    UNIQUE (moment, userid)
);
CREATE TABLE IF NOT EXISTS moment_viewers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    moment INTEGER NOT NULL REFERENCES moments (id),
    userid TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES wecom_people (id),
    UNIQUE (moment, userid, person_id)
);
CREATE INDEX IF NOT EXISTS moment_viewers_of_person ON moment_viewers (person_id);
-- Moments that the corp has stopped: who had not published them by then never can.
CREATE TABLE IF NOT EXISTS moment_stops (
    moment INTEGER PRIMARY KEY REFERENCES moments (id),
    stopped_at REAL NOT NULL
);
-- Moments that members wrote themselves; all others are the corp's.
CREATE TABLE IF NOT EXISTS moment_creators (
    moment INTEGER PRIMARY KEY REFERENCES moments (id),
    userid TEXT NOT NULL REFERENCES wecom_staff (userid)
);
-- Media of 上传附件资源, which moments alone take.
CREATE TABLE IF NOT EXISTS moment_media (
    media_id TEXT PRIMARY KEY REFERENCES media (media_id)
);
