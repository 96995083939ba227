"""WeChat Pay v3 as api.mch.weixin.qq.com serves it, for one merchant in public-key mode."""
