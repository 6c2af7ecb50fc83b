"""What a column is about: header words in Chinese and English, and a mapping of one's own."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from locator._errors import InputError, Text
from locator.ingest.equipment import amenity_of
from locator.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What a report writes beside the rows it hands back, and a later import passes over.
PROBLEM, SUGGESTION = "问题", "建议"
EXTRA_COLUMNS = (PROBLEM, SUGGESTION)
DATUM_COLUMN = "坐标系"

# Fields of the record always mean themselves. Those that are none of the record's:
# position = both numbers in one cell; equipment, lacks_text = words; opens, closes = two halves of the hours;
# offer_text = a price in words; province, city = help to tell one 鼓楼区 from another.
_SYNONYMS: Mapping[str, str] = {
    "id": "标识 记录编号 记录号 主键 uuid guid",
    "code": "编码 编号 代码 驿站编码 驿站编号 站点编码 站点编号 驿站代码 统一编码 统一编号 场所编码 食堂编号 网点编号 stationcode sitecode stationid siteid no",
    "kind": "类型 类别 种类 站点类型 驿站类型 服务类型 场所类型 网点类型 阵地类型 category type sitetype",
    "name": "名称 名字 驿站名称 驿站名 站点名称 站点名 站名 站点 食堂名称 食堂名 食堂 服务点 服务点名称 服务站 服务站名称 服务站点 服务站点名称 网点名称 网点 场所名称 点位名称 点位 阵地名称 单位名称 机构名称 店名 店铺名称 商户名称 商家 门店 门店名称 餐厅名称 助餐点 助餐点名称 房源名称 项目名称 工会驿站 工会驿站名称 爱心驿站名称 户外劳动者驿站名称 户外劳动者服务站点名称 爱心接力站名称 驿站 标题 title sitename stationname fullname poi poiname",
    "address": "地址 详细地址 具体地址 地点 详细地点 位置 具体位置 所在地 所在位置 所在地址 站点地址 驿站地址 站点位置 驿站位置 食堂地址 服务地址 服务点地址 场所地址 营业地址 经营地址 通讯地址 单位地址 门店地址 addr location fulladdress street streetaddress",
    "district": "区县 区 县 县区 县市区 区市县 市区县 所属区 所属区县 所在区 所在区县 所属县区 所属县市区 行政区 行政区划 区域 所属区域 地区 辖区 所属辖区 区名 区县名称 区划代码 行政区划代码 行政区代码 county area districtname districtcode adcode gbcode adname",
    "city": "城市 地市 所属城市 所在城市 市 所属市 所属地市 市州 cityname",
    "province": "省 省份 所属省份 所在省份 省市 provincename",
    "town": "街道 镇 乡镇 街镇 街道乡镇 乡镇街道 镇街 镇街道 所属街道 所在街道 所属街镇 所属乡镇 所属镇街 街道镇 街道办 街道办事处 street_office township subdistrict townname",
    "phone": "电话 联系电话 联系方式 咨询电话 服务电话 电话号码 手机 手机号 手机号码 联系人电话 负责人电话 固定电话 座机 热线 客服电话 订餐电话 tel telephone mobile phonenumber contact contactphone",
    "lon": "经度 东经 lng long longitude x 坐标x x坐标 经度坐标 坐标经度 经度x lonx gpslng gpslon 点位经度 地理经度 longtitude",
    "lat": "纬度 北纬 latitude y 坐标y y坐标 纬度坐标 坐标纬度 纬度y laty gpslat 点位纬度 地理纬度",
    "position": "经纬度 坐标 经纬度坐标 坐标位置 地理坐标 位置坐标 地图坐标 点位坐标 定位 坐标点 纬经度 纬度经度 经度纬度 gps coordinates coordinate coords coord lnglat lonlat latlng latlon latlong position geo point xy",
    "source_datum": "坐标系 坐标系统 坐标类型 坐标基准 大地基准 坐标参考 datum crs coordsys coordinatesystem coordtype",
    "position_quality": "位置精度 坐标精度 定位精度 坐标来源 coordsource coordinatesource positionsource",
    "hours_text": "开放时间 营业时间 服务时间 开放时段 营业时段 工作时间 办公时间 开馆时间 供餐时间 就餐时间 用餐时间 开放时间段 对外开放时间 接待时间 运营时间 时间 openinghours openhours openingtimes opentime opening businesshours servicehours hourstext",
    "opens": "开门时间 开始时间 开放开始时间 营业开始时间 起始时间 openat opensat opentimefrom",
    "closes": "关门时间 结束时间 开放结束时间 营业结束时间 闭馆时间 打烊时间 closeat closesat closetime",
    "equipment": "设施 设备 服务设施 配套设施 设施设备 基础设施 配备设施 硬件设施 配置 设施配置 设备配置 现有设施 现有设备 配备设备 配套设备 服务项目 服务内容 服务功能 提供服务 功能 equipment facilities facility amenities amenity services features",
    "lacks_text": "缺少设施 缺少设备 缺项 没有的设施 缺失设施 missing missingequipment",
    "capacity": "容量 座位 座位数 可容纳人数 容纳人数 接待人数 餐位 餐位数 床位数 规模 seats",
    "stars": "星级 评级 星级评定 驿站星级 等级 star rating starrating",
    "needs": "六有 需求",
    "rent_min": "最低租金 租金下限 起租价 minrent",
    "rent_max": "最高租金 租金上限 maxrent",
    "rent": "租金 月租金 月租 房租 monthlyrent",
    "vacancies": "空房 空房数 剩余房源 可租房源 空余房源 可租套数 剩余套数 vacancy vacant",
    "apply_url": "申请网址 申请链接 报名链接 预约链接 applyurl",
    "apply_steps": "申请步骤 申请流程 申请方式 办理流程",
    "offer_text": "优惠 优惠内容 优惠信息 优惠措施 优惠政策 优惠活动 折扣 价格 惠工价 会员价 discount offer price deal",
    "status": "状态 运营状态 使用状态 开放状态 营业状态 建设状态 运行状态 state",
    "source": "来源 数据来源 资料来源 信息来源 出处 officialsource datasource",
    "source_url": "来源网址 来源链接 网址 链接 官网 url link website officialurl sourcelink",
    "verified_on": "核实日期 核查日期 核实时间 核验日期 更新日期 更新时间 采集日期 登记日期 verified updated lastupdated checkedon",
    "demo": "示例 演示",
}  # fmt: skip
_IGNORED = frozenset(["序号", "序", "行号", "index", "fid", "ogcfid", "objectid"])
_DATUM_WORDS = (
    (r"gcj|火星|高德|腾讯|amap|gaode|tencent|国测局", "gcj02"),
    (r"bd-?_?0?9|bd_?lng|bd_?lat|百度|baidu", "bd09"),
    (r"wgs|gps|国家2000|cgcs|天地图|大地2000|2000国家|epsg:?4326|epsg:?4490", "wgs84"),
)
_DOUBLED = re.compile(r"doubl|twice|两次|二次|双重")
_BRACKETS = re.compile(r"[(\[【<{][^)\]】>}]*[)\]】>}]")
_DATUM_TAIL = re.compile(
    r"(?:gcj-?_?02|bd-?_?09(?:ll|mc)?|wgs-?_?84|cgcs-?_?2000|(?<=[a-z])84|火星|高德|百度|腾讯|amap|baidu|bd(?=l)|gcj|wgs|坐标系$)"
)


class Columns(NamedTuple):
    """Which field each column is: {field: place}, amenity columns, what was not understood, what the names claim."""

    fields: dict[str, int]
    amenities: dict[str, int]
    unknown: list[str]
    claim: str | None
    kind_hint: str | None


def _even(name: str) -> str:
    said = unicodedata.normalize("NFKC", name).lower()
    said = _BRACKETS.sub("", said)
    return re.sub(r"[\s*＊_\-—:：.。、/\\\"'#]+", "", said)


@cache
def _words() -> dict[str, str]:
    words = {_even(word): field for field, said in _SYNONYMS.items() for word in said.split()}
    # The record's own names last: an export always means itself.
    return words | {_even(field): field for field in (*Service.model_fields, *_SYNONYMS)}


@lru_cache(maxsize=4096)
def recognise(name: str) -> str | None:
    """Return the field that a header means, or None."""
    words = _words()
    even = _even(name)
    if even in words:
        return words[even]
    bare = _DATUM_TAIL.sub("", even)
    if bare != even and bare in words:
        return words[bare]
    # 驿站详细地址, 站点联系电话: what the thing is called, before what is said of it.
    tail = re.sub(
        r"^(?:工会|爱心|户外|劳动者|驿站|站点|食堂|服务点|服务站|网点|场所|点位|所在|所属|门店|店铺)+",
        "",
        bare,
    )
    return words.get(tail) if tail and tail != bare else None


def ignored(name: str) -> bool:
    """Return whether a column only counts the rows."""
    return _even(name) in _IGNORED


def datum_claim(text: str) -> str | None:
    """Return the datum that a header or a cell names: wgs84, gcj02, bd09, gcj02-doubled; None if none."""
    said = unicodedata.normalize("NFKC", text).lower().replace(" ", "")
    for pattern, datum in _DATUM_WORDS:
        if re.search(pattern, said):
            return "gcj02-doubled" if datum == "gcj02" and _DOUBLED.search(said) else datum
    return None


def match_columns(names: Sequence[str], mapping: Mapping[str, str | None] | None = None) -> Columns:
    """Return which field each column is.

    Parameters
    ----------
    names
        Headers as written.
    mapping
        {header: field, or None to pass the column over}, which goes before the table of words.

    Raises
    ------
    InputError
        The mapping names a column that is not there or a field that nobody knows.
    """
    own = dict(mapping or {})
    check_mapping(own)
    _check_columns(names, own)
    found = Columns({}, {}, [], None, None)
    claims = []
    for place, name in enumerate(names):
        if name in own and own[name] is None:
            continue
        field = own.get(name) or recognise(name)
        if field == "source_datum" and name == "datum" and "source_datum" in names:
            field = "datum"  # our own export: of lon and lat, beside the supplied numbers and theirs
        amenity = amenity_of(name) if field is None else None
        if field is not None and (field not in found.fields or name in own or _even(name) == _even(field)):
            found.fields[field] = place
            if field in {"lon", "lat", "position", "source_lon", "source_lat"}:
                claims.append(datum_claim(name))
        elif amenity is not None:
            found.amenities.setdefault(amenity, place)
        elif name not in EXTRA_COLUMNS and not ignored(name):
            found.unknown.append(name)
    stated = {claim for claim in claims if claim}
    called = names[found.fields["name"]] if "name" in found.fields else ""
    return found._replace(claim=stated.pop() if len(stated) == 1 else None, kind_hint=called)


def check_mapping(mapping: Mapping[str, str | None]) -> None:
    """Refuse a mapping to fields that nobody knows.

    Raises
    ------
    InputError
        Names the field, and those that there are.
    """
    known = list(dict.fromkeys([*Service.model_fields, *_SYNONYMS]))
    for field in mapping.values():
        if field is not None and field not in known:
            there = ", ".join(known)
            text = Text(f"不认识字段 {field!r}，可以用：{there}", f"no field {field!r}; use one of: {there}")
            raise InputError("mapping", field, text)


def _check_columns(names: Sequence[str], mapping: Mapping[str, str | None]) -> None:
    for name in mapping:
        if name not in names:
            there = "、".join(names[:40])
            text = Text(f"表里没有“{name}”这一列，有的是：{there}", f"no column {name!r}; there are: {there}")
            raise InputError("mapping", name, text)
