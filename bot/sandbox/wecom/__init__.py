"""WeCom (企业微信) as qyapi.weixin.qq.com serves a corp: 微信客服, app cards, contacts."""
