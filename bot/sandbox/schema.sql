-- The platform's memory. Times are seconds since the epoch on the sandbox's clock.
CREATE TABLE IF NOT EXISTS fans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    nickname TEXT NOT NULL,
    openid TEXT NOT NULL UNIQUE,
    mini_openid TEXT NOT NULL UNIQUE,
    unionid TEXT NOT NULL UNIQUE,
    subscribed INTEGER NOT NULL DEFAULT 1,
    subscribed_at REAL,
    subscribe_scene TEXT NOT NULL DEFAULT 'ADD_SCENE_SEARCH',
    refuses_templates INTEGER NOT NULL DEFAULT 0,
    account_closed INTEGER NOT NULL DEFAULT 0,
    typing_until REAL NOT NULL DEFAULT 0,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS tracked (
    number TEXT PRIMARY KEY,
    left_at REAL NOT NULL,
    asked_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fan_id INTEGER NOT NULL REFERENCES fans (id),
    direction TEXT NOT NULL CHECK (direction IN ('fan', 'shop', 'platform')),
    kind TEXT NOT NULL,
    route TEXT NOT NULL CHECK (route IN ('callback', 'passive', 'api', 'platform')),
    payload TEXT NOT NULL,
    msg_id TEXT,
    created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS items_of_fan ON items (fan_id, id);
CREATE TABLE IF NOT EXISTS grants (
    fan_id INTEGER NOT NULL REFERENCES fans (id),
    action TEXT NOT NULL,
    granted_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    allowed INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (fan_id, action)
);
CREATE TABLE IF NOT EXISTS callbacks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fan_id INTEGER NOT NULL REFERENCES fans (id),
    what TEXT NOT NULL,
    apologises INTEGER NOT NULL DEFAULT 1,
    msg_id TEXT,
    encrypted TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL,
    outcome TEXT NOT NULL DEFAULT 'waiting',
    detail TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS callbacks_due ON callbacks (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS tokens (
    value TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('plain', 'stable')),
    forced INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    revoked_at REAL
);
CREATE INDEX IF NOT EXISTS tokens_of_app ON tokens (app_id, kind, expires_at);
CREATE TABLE IF NOT EXISTS media (
    media_id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content BLOB NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS qr_codes (
    ticket TEXT PRIMARY KEY,
    scene TEXT NOT NULL,
    expires_at REAL
);
CREATE TABLE IF NOT EXISTS menus (
    app_id TEXT PRIMARY KEY,
    menu TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS templates (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    content TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS template_sends (
    msg_id INTEGER PRIMARY KEY AUTOINCREMENT,
    fan_id INTEGER NOT NULL REFERENCES fans (id),
    client_msg_id TEXT,
    UNIQUE (fan_id, client_msg_id)
);
CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    phone TEXT NOT NULL,
    template TEXT NOT NULL,
    words TEXT NOT NULL,
    out_id TEXT NOT NULL,
    biz_id TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS subscriptions (
    fan_id INTEGER NOT NULL REFERENCES fans (id),
    template_id TEXT NOT NULL,
    credits INTEGER NOT NULL,
    PRIMARY KEY (fan_id, template_id)
);
CREATE TABLE IF NOT EXISTS mini_pushes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL,
    sealed TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL
);
CREATE INDEX IF NOT EXISTS mini_pushes_due ON mini_pushes (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS login_codes (
    code TEXT PRIMARY KEY,
    fan_id INTEGER NOT NULL REFERENCES fans (id),
    created_at REAL NOT NULL,
    used_at REAL
);
CREATE TABLE IF NOT EXISTS transactions (
    out_trade_no TEXT PRIMARY KEY,
    prepay_id TEXT NOT NULL UNIQUE,
    prepay_expires_at REAL NOT NULL,
    transaction_id TEXT UNIQUE,
    request TEXT NOT NULL,
    openid TEXT NOT NULL,
    total INTEGER NOT NULL CHECK (total > 0),
    state TEXT NOT NULL CHECK (state IN ('NOTPAY', 'SUCCESS', 'CLOSED', 'REFUND')),
    expires_at REAL,
    paid_at REAL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS refunds (
    out_refund_no TEXT PRIMARY KEY,
    refund_id TEXT NOT NULL UNIQUE,
    out_trade_no TEXT NOT NULL REFERENCES transactions (out_trade_no),
    request TEXT NOT NULL,
    refund INTEGER NOT NULL CHECK (refund > 0),
    status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCESS', 'ABNORMAL')),
    settles_at REAL,
    success_at REAL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS transfers (
    out_bill_no TEXT PRIMARY KEY,
    transfer_bill_no TEXT NOT NULL UNIQUE,
    package_info TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    openid TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN (
        'WAIT_USER_CONFIRM', 'TRANSFERING', 'SUCCESS', 'FAIL', 'CANCELING', 'CANCELLED'
    )),
    fail_reason TEXT NOT NULL DEFAULT '',
    moves_at REAL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS shipping_infos (
    out_trade_no TEXT PRIMARY KEY REFERENCES transactions (out_trade_no),
    kind INTEGER NOT NULL,
    mode INTEGER NOT NULL,
    parcels TEXT NOT NULL,
    uploaded_at REAL NOT NULL,
    finish_count INTEGER NOT NULL,
    corrections INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_type TEXT NOT NULL,
    subject TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL,
    outcome TEXT NOT NULL DEFAULT 'waiting',
    detail TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS quota_uses (
    api TEXT NOT NULL,
    seconds INTEGER NOT NULL,
    window INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (api, seconds)
);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    api TEXT NOT NULL,
    fault TEXT NOT NULL,
    times INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS switches (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT OR IGNORE INTO templates (id, title, content) VALUES (
    'zhanggui-order-state-notice-000000000000001', '订单状态通知',
    '订单编号：{{character_string1.DATA}}' || char(10) || '订单状态：{{phrase2.DATA}}'
);
