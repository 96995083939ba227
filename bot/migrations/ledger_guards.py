"""What the database itself refuses in the ledger, as revision 0009 sets it up.

Revisions are for ever, and so is this: a change of the rules is a new revision with statements of
its own. A revision that rebuilds one of these tables on SQLite must make its triggers again.
"""

from typing import Final

# SQLite has no deferred trigger, so the header comes last and is checked then. A duplicate is
# refused here as well: INSERT OR REPLACE would delete the old row past the triggers on DELETE.
SQLITE_TRIGGERS: Final = (
    """
    CREATE TRIGGER ledger_transaction_is_whole BEFORE INSERT ON ledger_transaction BEGIN
        SELECT RAISE(ABORT, 'ledger: posted before') WHERE EXISTS (
            SELECT 1 FROM ledger_transaction
            WHERE id = NEW.id OR (kind = NEW.kind AND ref = NEW.ref));
        SELECT RAISE(ABORT, 'ledger: fewer than two entries') WHERE (
            SELECT count(*) FROM ledger_entry WHERE transaction_id = NEW.id) < 2;
        SELECT RAISE(ABORT, 'ledger: the sum is not zero') WHERE (
            SELECT sum(amount) FROM ledger_entry WHERE transaction_id = NEW.id) <> 0;
        SELECT RAISE(ABORT, 'ledger: an account of another unit') WHERE EXISTS (
            SELECT 1 FROM ledger_entry JOIN ledger_account
            ON ledger_account.id = ledger_entry.account_id
            WHERE ledger_entry.transaction_id = NEW.id AND ledger_account.unit <> NEW.unit);
    END
    """,
    """
    CREATE TRIGGER ledger_entry_comes_first BEFORE INSERT ON ledger_entry BEGIN
        SELECT RAISE(ABORT, 'ledger: the transaction is closed') WHERE EXISTS (
            SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id);
        SELECT RAISE(ABORT, 'ledger: entries stay as they are') WHERE EXISTS (
            SELECT 1 FROM ledger_entry WHERE id = NEW.id);
        SELECT RAISE(ABORT, 'ledger: an amount is a whole number')
            WHERE typeof(NEW.amount) <> 'integer';
    END
    """,
    """
    CREATE TRIGGER ledger_account_stays_what_it_is
    BEFORE UPDATE OF id, kind, owner_id, unit ON ledger_account BEGIN
        SELECT RAISE(ABORT, 'ledger: an account stays what it is');
    END
    """,
    """
    CREATE TRIGGER ledger_account_is_new BEFORE INSERT ON ledger_account BEGIN
        SELECT RAISE(ABORT, 'ledger: an account stays what it is') WHERE EXISTS (
            SELECT 1 FROM ledger_account JOIN ledger_entry
            ON ledger_entry.account_id = ledger_account.id
            WHERE ledger_account.id = NEW.id);
    END
    """,
    *(
        f"""
        CREATE TRIGGER {table}_stays_on_{verb.lower()} BEFORE {verb} ON {table} BEGIN
            SELECT RAISE(ABORT, 'ledger: entries stay as they are');
        END
        """
        for table in ("ledger_entry", "ledger_transaction")
        for verb in ("UPDATE", "DELETE")
    ),
)

# Two sessions that write one transaction take turns by the advisory lock on its id; otherwise an
# entry could slip in while a header is not yet committed. One lock a transaction of the ledger.
POSTGRES_FUNCTIONS: Final = (
    """
    CREATE FUNCTION ledger_check_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        entries bigint; total numeric; foreigners bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.id, 0));
        SELECT count(*), sum(entry.amount), count(*) FILTER (WHERE account.unit <> NEW.unit)
        INTO entries, total, foreigners
        FROM ledger_entry AS entry JOIN ledger_account AS account ON account.id = entry.account_id
        WHERE entry.transaction_id = NEW.id;
        IF entries < 2 OR total <> 0 OR foreigners > 0 THEN
            RAISE EXCEPTION 'ledger: % entries, sum %, % of another unit',
                entries, total, foreigners USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.transaction_id, 0));
        IF EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id) THEN
            RAISE EXCEPTION 'ledger: the transaction is closed'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'ledger: % of % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
)
POSTGRES_TRIGGERS: Final = (
    """
    CREATE TRIGGER ledger_transaction_is_whole BEFORE INSERT ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_check_transaction()
    """,
    """
    CREATE TRIGGER ledger_entry_comes_first BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_check_entry()
    """,
    """
    CREATE TRIGGER ledger_account_stays_what_it_is
    BEFORE UPDATE OF id, kind, owner_id, unit ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
    """,
    *(
        f"""
        CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
        """
        for table in ("ledger_entry", "ledger_transaction")
    ),
    *(
        f"""
        CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
        """
        for table in ("ledger_entry", "ledger_transaction")
    ),
)
