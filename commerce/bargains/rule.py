"""What WeChat says about bargains, for whoever switches one on."""

from typing import Final

DOCUMENT: Final = "《微信外部链接内容管理规范》"
"""In force as of 2019-10-28; its clause 1.2 is quoted below."""
CLAUSE: Final = (
    "通过利益诱惑，诱导用户分享以及传播外链内容的，包括但不限于：以金钱奖励、实物奖品、虚拟奖品"
    "（包括但不限于红包、优惠券、代金券、积分、话费、流量、信息）；声称分享可增加抽奖机会、中奖概率、"
    "成功可能；通过签到打卡、邀请好友协助（包括但不限于助力、砍价、加速）、设置收集任务（包括但不限于"
    "集赞、集卡、集福、集碎片）等形式利诱、诱导用户分享以及传播外链内容的"
)
WARNING: Final = (
    f"{DOCUMENT}第1.2条把下面的做法列为违规：“{CLAUSE}”。"
    "请朋友帮忙砍价正在其中：链接可能打不开，域名和帐号可能被封。确认知道以后才能打开。"
)
