"""Whether orders, payments, refunds, stock, ledger and WeChat Pay's bills tell the same story."""
