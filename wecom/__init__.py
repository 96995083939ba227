"""The gateway to WeChat's platforms: transport, tokens, errors, and WeCom's own APIs."""
