"""WeChat Pay v3 on the wire: calls out, notices in. What they mean for an order is commerce's."""
