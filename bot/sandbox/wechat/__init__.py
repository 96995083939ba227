"""The official account and the mini-program login, as api.weixin.qq.com serves them."""
