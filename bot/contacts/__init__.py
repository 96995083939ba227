"""Contacts in WeCom (客户联系): whence customers come who added somebody, how they are met."""
