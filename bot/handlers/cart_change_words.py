"""The words by which a customer changes what is in the cart."""

import re
from typing import Final

from nlu.extractors.numerals import NUMERAL

REMOVE_WORDS: Final = re.compile(
    r"删|去掉|拿掉|移除|移出|移走|不要|不想要|不买|拿出|取出|减掉|剔除"
)
LESS_WORDS: Final = re.compile(
    r"少(?:来|要|拿|买|[一二两三四五六七八九十几俩\d]|点)|减(?:少|掉|去|一|1|两|俩)(?!成|到)"
)
SWAP_WORDS: Final = re.compile(r"换|改")
ASKS: Final = re.compile(r"[吗么嘛?？]$|怎么|为什么|为啥|多少|能不能|可不可以|可以.{0,4}[吗不]")
EXCEPT_WORDS: Final = re.compile(r"除了|只留|只保留|就留")
BUY_WORDS: Final = re.compile(r"来|要|拿|买|加")
DOUBLE_WORDS: Final = re.compile(r"翻倍|加倍")
SWAP_IT: Final = re.compile(
    r"(?:那|算了|嗯|哎呀?)*(?:帮我|给我|我)?(?:(?:还是)?(?:要|换|改|来|拿)|还是)(?:成|个|为)?"
    r"[大小](?:一|1|两|2)?个?[码号](?:的|吧|好了)*"
)
PART_OF_IT: Final = re.compile(
    rf"(?<![第这那])(?P<number>{NUMERAL}|俩)"
    r"(?:个|件|款|条|双|只|支|瓶|盒|箱|包|袋|台|套|份|把|块)?(?:给我|帮我|想|要)*$"
)
"""其中一条, in front of 换成粉的."""
DROP_IT: Final = re.compile(
    r"(?:算了|哎呀?|唉|嗯|那|我)*(?:(?:这|那|它|刚才那)?(?:个|件|款|双|条)?(?:我)?"
    r"(?:不想?要|不买)(?:这个|它)?[了啦]?(?:吧|啊|哦)?){1,3}"
)
SET_IT: Final = re.compile(
    r"(?:那|嗯|哎呀?|唉|算了|不对|等等)*(?:我|给我)?(?:就|只|一共|总共|统共|还是)+(?:我|给我)?"
    rf"[要来拿买留加]?(?:{NUMERAL}|俩|仨)"
    r"(?:个|件|款|条|双|只|支|瓶|盒|箱|包|袋|台|套|份|把|块|根)?"
    r"(?:吧|啊|呀|就行|就好|就够|够|好|行|可以|了)*"
)
"""就要俩, of the line just spoken of."""
