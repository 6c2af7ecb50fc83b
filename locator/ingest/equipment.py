"""Equipment in words, "空调、微波炉、无厕所", as what is known there and what is known absent."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from locator import vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "seating": "桌椅 座椅 桌子 椅子 休息座椅 休息桌椅 座位 沙发 凳子 休息区 休息椅 餐桌 长椅 桌凳 seat seats seating chairs tables chair table",
    "air-conditioning": "空调 冷暖空调 空调机 冷气 空调设备 空调扇 ac aircon aircondition airconditioning airconditioner",
    "microwave": "微波炉 热饭 加热饭菜 微波加热 microwave microwaves microwaveoven",
    "drinking-water": "饮水机 饮水 饮用水 直饮水 热水 开水 茶水 饮水设备 冷热饮水机 直饮机 净水器 热水器具 电热水壶 热水壶 烧水壶 饮水设施 喝水 饮水处 凉茶 热水供应 water drinkingwater waterdispenser",
    "charging": "充电 手机充电 充电器 充电设备 充电设施 充电插座 插座 充电宝 共享充电宝 充电桩手机 应急充电 手机充电器 充电线 充电站 插排 多功能充电器 usb充电 charging phonecharging charger",
    "toilet": "厕所 卫生间 洗手间 公厕 公共厕所 如厕 公共卫生间 toilet toilets wc restroom washroom",
    "heating": "暖气 取暖 取暖器 电暖器 供暖 暖风机 取暖设备 电暖气 heating heater",
    "fridge": "冰箱 冷藏柜 冰柜 小冰箱 电冰箱 fridge refrigerator",
    "first-aid": "药箱 急救箱 医药箱 急救包 常用药 常用药品 应急药品 急救药箱 防暑药品 药品 医疗箱 应急药箱 便民药箱 防暑降温药品 小药箱 医用箱 急救药品 aed firstaid firstaidbox firstaidkit medicine medicalkit",
    "television": "电视 电视机 tv television",
    "wifi": "无线网 wifi wi-fi 无线网络 wlan 免费wifi 无线wifi 网络 上网 无线上网 宽带",
    "books": "图书角 图书 书籍 书报 报刊 图书架 书架 报刊架 阅读 阅读角 书刊 报纸 书报架 杂志 读书角 图书报刊 报刊杂志 阅览 books bookcorner newspapers",
    "ebike-charging": "电瓶车充电 电动车充电 电动自行车充电 电瓶车充电桩 电动车充电桩 充电桩 换电柜 电动自行车充电桩 电单车充电 换电 ebikecharging",
    "umbrella": "雨伞 雨具 爱心雨伞 雨衣 共享雨伞 便民雨伞 umbrella umbrellas",
    "bed": "床位 床 床铺 休息床 折叠床 午休床 bed beds",
    "shower": "淋浴 洗澡 淋浴间 浴室 沐浴 淋浴房 shower showers",
    "lockers": "储物柜 寄存柜 存包柜 更衣柜 储物箱 置物柜 寄存 物品寄存 lockers locker",
    "washing-machine": "洗衣机 洗衣 洗衣房 washingmachine laundry",
    "private-bathroom": "独立卫浴 独卫 独立卫生间 privatebathroom",
    "smart-lock": "智能锁 智能门锁 密码锁 smartlock",
    "shared-kitchen": "共享厨房 公共厨房 厨房 sharedkitchen kitchen",
    "canteen": "食堂 餐厅 就餐区 canteen",
    "sports": "运动场地 篮球场 羽毛球场 乒乓球 健身房 健身器材 乒乓球台 乒乓球室 球场 健身 健身设施 sports gym",
    "nursing": "哺乳间 母婴室 母婴间 妈咪小屋 哺乳室 nursing nursingroom",
    "water-cupboard": "爱心水柜 水柜 爱心冰柜 爱心水站 watercupboard",
}  # fmt: skip
_NO = re.compile(
    r"^(?:暂时?)?(?:没有|不提供|不配备|未配备|不含|缺少|缺|暂无|尚无|无|no\s+|without\s+|not?\s+)"
)
_BETWEEN = re.compile(
    r"[、,，;；/|\n\t。+＋&·]+|\s{2,}|(?<=[一-鿿])\s+|\s+(?=[一-鿿])|(?:以及|及|和|与)(?=[一-鿿])| and "
)
# Said around the thing, and nothing about whether it is there.
_AROUND = re.compile(
    r"免费|提供|配备|配有|设有|备有|配置|拥有|具备|有|可以|可|等|服务|设备|设施|使用|公共|便民|爱心|应急|共享|手机|"
    r"\d+\s*(?:台|个|套|把|张|组|部|件|只|间|处|床|米|平)?|[一二两三四五六七八九十]+(?:台|个|套|把|张|组|部)|\s|[的了:：“”\"'*]"
)
_DOUBTFUL = re.compile(r"坏|维修|停用|故障|报修|待|计划|拟|规划|将|申请中|broken|planned")
_NOTHING = frozenset(
    {"", "无", "没有", "暂无", "/", "-", "—", "none", "n/a", "na", "不详", "未知", "未填", "待补充"}
)
_YES = frozenset(
    [
        "有",
        "是",
        "√",
        "✓",
        "✔",
        "☑",
        "y",
        "yes",
        "true",
        "1",
        "具备",
        "已配备",
        "配备",
        "提供",
        "v",
        "对",
        "可以",
        "可用",
    ]
)
_NOT = frozenset(
    ["无", "否", "×", "✗", "✘", "x", "n", "no", "false", "0", "没有", "不具备", "未配备", "不提供", "缺"]
)


class EquipmentRead(NamedTuple):
    """Amenities known present, known absent, and the words that say something else."""

    has: tuple[str, ...]
    lacks: tuple[str, ...]
    unknown: tuple[str, ...]


def _even(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().strip()


@cache
def _table() -> tuple[tuple[str, str], ...]:
    """Return (word, amenity), longest word first."""
    words = {word: amenity for amenity, said in _WORDS.items() for word in said.split()}
    for amenity, label in vocabulary.AMENITIES.items():
        words |= {amenity: amenity, label.zh: amenity, label.en.lower(): amenity}
    return tuple(sorted(words.items(), key=lambda item: (-len(item[0]), item[0])))


@lru_cache(maxsize=4096)
def amenity_of(name: str) -> str | None:
    """Return the amenity that a word is, or None: 空调, 是否有空调, Wi-Fi."""
    word = re.sub(r"\s+|[(（].*?[)）]|^是否(?:有|配备|提供)?|^有无|情况$", "", _even(name))
    return dict(_table()).get(word)


def yes_or_no(text: str) -> bool | None:
    """Return what a cell below an amenity says: 有, √, 2台 (yes), 无 (no); None is unknown."""
    said = _even(text).replace(" ", "")
    if said in _NOT:
        return False
    if said in _YES or re.fullmatch(r"[1-9]\d{0,2}(?:台|个|套|把|张|组|部|间)?", said):
        return True
    return None


@lru_cache(maxsize=4096)
def read_equipment(text: str) -> EquipmentRead:
    """Return what an equipment text says; what is not understood is handed back, never dropped."""
    has: set[str] = set()
    lacks: set[str] = set()
    unknown: list[str] = []
    for part in _BETWEEN.split(_even(text)):
        said = part.strip()
        if said in _NOTHING:
            continue
        found, rest = _found(said)
        absent = _NO.match(rest) is not None
        rest = _AROUND.sub("", re.sub(r"[()（）\[\]]", " ", _NO.sub("", rest))).strip(" .")
        if not found or _DOUBTFUL.search(said):
            unknown.append(part.strip())
            continue
        (lacks if absent else has).update(found)
        if rest:
            unknown.append(part.strip())
    both = has & lacks
    unknown += [vocabulary.AMENITIES[amenity].zh for amenity in vocabulary.AMENITIES if amenity in both]
    order = vocabulary.AMENITIES
    return EquipmentRead(
        tuple(a for a in order if a in has - both),
        tuple(a for a in order if a in lacks - both),
        tuple(dict.fromkeys(unknown)),
    )


def _found(said: str) -> tuple[set[str], str]:
    """Return the amenities named in a phrase, and the phrase without their words."""
    found = set()
    for word, amenity in _table():
        if word in said and (not word.isascii() or re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", said)):
            found.add(amenity)
            # A mark keeps what stood on its two sides apart.
            said = said.replace(word, "*")
    return found, said
