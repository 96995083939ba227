"""What is wrong with a request, in words that its sender reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

_LONGEST_FIELD: Final = 60
_SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": "缺少{field}",
        "extra_forbidden": "没有{field}这个字段",
        "json_invalid": "内容不是有效的JSON",
        "int_type": "{field}须为整数",
        "int_parsing": "{field}须为整数",
        "int_parsing_size": "{field}太大了",
        "int_from_float": "{field}须为整数",
        "string_type": "{field}须为文字",
        "string_too_short": "{field}不能为空",
        "string_too_long": "{field}最多{max_length}个字",
        "string_pattern_mismatch": "{field}格式不对",
        "list_type": "{field}须为列表",
        "too_short": "{field}至少要有{min_length}项",
        "too_long": "{field}最多{max_length}项",
        "model_type": "{field}须为对象",
        "greater_than_equal": "{field}不能小于{ge}",
        "less_than_equal": "{field}不能大于{le}",
        "value_error": "{error}",
    }
)


def complaint(error: ValidationError) -> tuple[str | None, str]:
    """The field at fault, such as `lines[0].quantity` (None for the whole), and a sentence."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = _path(first["loc"])
    sentence = _SENTENCES.get(first["type"], "{field}的值无效")
    words = {**first.get("ctx", {}), "field": field or "请求内容"}
    return field, sentence.format_map(words)


def _path(loc: tuple[int | str, ...]) -> str | None:
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return written.lstrip(".")[:_LONGEST_FIELD] or None
