"""What each member of a record means, for whoever writes records: a title, and what one has to know."""

from __future__ import annotations

from locator._errors import Text

_DATES = Text("ISO 8601 日期", "ISO 8601 date")
_DAYS_INCLUDED = Text("ISO 8601 日期，那天也算", "ISO 8601 date, that day included")
_INSTANT = Text("ISO 8601 时间；不写时区就是上海时间", "ISO 8601 time; without an offset, Shanghai's")
_HOURS = Text(
    "OSM opening_hours 的写法，例：Mo-Su 08:00-20:00; PH off。没人知道就写 null 或不写",
    "An OSM opening_hours expression, e.g. Mo-Su 08:00-20:00; PH off. Null or left out where nobody knows",
)
_PRICE = Text("四种价格最多写一种", "At most one of the four price rules")
_DEMO = Text("true：编出来做示例的，不是真的", "true: invented as an example, not real")
_DEGREES = Text("度", "Degrees")

RECORD: dict[str, tuple[Text, Text]] = {
    "id": (Text("编号", "Id"), Text("不写就由 code，或种类、名称、地址、区县算出来", "Left out: made from code, or from kind, name, address, district")),
    "kind": (Text("种类", "Kind"), Text("是哪一类场所", "What kind of place it is")),
    "name": (Text("名称", "Name"), Text("人家怎么叫它", "What people call it")),
    "address": (Text("地址", "Address"), Text("写给人看的全文", "In full, as people read it")),
    "district": (Text("区县", "District"), Text("GB/T 2260 代码，六位；不写就由位置算", "GB/T 2260 code, six digits; left out, it is told from the position")),
    "town": (Text("街道、镇", "Town"), Text("街道或镇的名称", "Name of the town or street office")),
    "phone": (Text("电话", "Telephone"), Text("照原样", "As supplied")),
    "lon": (Text("经度", "Longitude"), Text("度，坐标系写在 datum", "Degrees, in `datum`")),
    "lat": (Text("纬度", "Latitude"), Text("度，坐标系写在 datum", "Degrees, in `datum`")),
    "datum": (
        Text("lon、lat 的坐标系", "Datum of lon and lat"),
        Text("不写就由导入去查，查不出来整个文件退回。有 source_lon 时不写就是 WGS-84", "Left out, the import finds it out, and refuses the file if it cannot. Beside source_lon it is WGS-84"),
    ),
    "source_lon": (Text("原来的经度", "Longitude as supplied"), Text("度，坐标系写在 source_datum；它比 lon 优先", "Degrees, in `source_datum`; goes before lon")),
    "source_lat": (Text("原来的纬度", "Latitude as supplied"), Text("度，坐标系写在 source_datum；它比 lat 优先", "Degrees, in `source_datum`; goes before lat")),
    "source_datum": (Text("原来的坐标系", "Datum as supplied"), Text("gcj02-doubled：被人多偏移了一次的", "gcj02-doubled: somebody shifted it a second time")),
    "position_quality": (Text("位置从哪来", "Where the position comes from"), Text("门口实测、地图兴趣点、由地址推算、大概", "Surveyed at the door, a map's point, worked out from the address, approximate")),
    "hours": (Text("开放时间", "Opening hours"), _HOURS),
    "hours_text": (Text("开放时间的原话", "Opening hours as worded"), Text("没写 hours 时由它去读", "Read where `hours` is left out")),
    "has": (Text("有的设施", "Equipment there"), Text("不知道有没有的，两边都不写", "What is unknown stands neither here nor in `lacks`")),
    "lacks": (Text("没有的设施", "Equipment missing"), Text("确实没有的才写", "Only what is known not to be there")),
    "capacity": (Text("容量", "Capacity"), Text("能坐几个人", "People")),
    "stars": (Text("星级", "Stars"), Text("0–5", "0-5")),
    "code": (Text("编码", "Code"), Text("主管单位给的编码，重新导入时靠它认", "The office's own code; a later import recognises the place by it")),
    "needs": (Text("六有", "The six needs"), Text("它能解决哪几样", "Which of them it serves")),
    "rent_min": (Text("最低月租", "Lowest rent"), Text("元", "Yuan a month")),
    "rent_max": (Text("最高月租", "Highest rent"), Text("元", "Yuan a month")),
    "vacancies": (Text("空房", "Vacancies"), Text("现在有几间", "How many rooms are free")),
    "apply_url": (Text("申请网址", "Where to apply"), Text("http 或 https", "http or https")),
    "apply_steps": (Text("申请步骤", "How to apply"), Text("一步一条", "One step each")),
    "offers": (Text("优惠", "Offers"), Text("谁、什么时候、什么价", "Who gets it, when, at which price")),
    "stops": (Text("停靠点", "Stops"), Text("流动的服务写这个，不写 lon、lat", "Of a mobile service, which has no lon and lat of its own")),
    "events": (Text("活动", "Events"), Text("有日期的", "What has a date")),
    "status": (Text("状态", "Status"), Text("在用、在建、暂停、关闭", "In use, planned, suspended, closed")),
    "source": (Text("来源", "Source"), Text("谁说的", "Who says so")),
    "source_url": (Text("来源网址", "Source on the web"), Text("http 或 https", "http or https")),
    "verified_on": (Text("核实日期", "Verified on"), _DATES),
    "demo": (Text("示例", "Example"), _DEMO),
}  # fmt: skip
PARTS: dict[str, dict[str, tuple[Text, Text]]] = {
    "Offer": {
        "title": (Text("写什么", "Title"), Text("七折午餐", "Lunch at 30 % off")),
        "groups": (Text("给谁", "For whom"), Text("哪些劳动者", "Which workers")),
        "hours": (Text("什么时段", "When"), _HOURS),
        "percent_off": (Text("打折", "Per cent off"), _PRICE),
        "minus_cny": (Text("减几元", "Yuan off"), _PRICE),
        "fixed_cny": (Text("几元", "Fixed price, yuan"), _PRICE),
        "voucher_cny": (Text("几元券", "Voucher, yuan"), _PRICE),
        "min_spend": (
            Text("满几元", "From this bill on, yuan"),
            Text("不到就没有", "Below it the offer does not hold"),
        ),
        "per_day": (Text("一天几次", "Times a day"), Text("每人", "Each person")),
        "valid_from": (Text("从哪天起", "From"), _DAYS_INCLUDED),
        "valid_to": (Text("到哪天", "To"), _DAYS_INCLUDED),
        "demo": (Text("示例", "Example"), _DEMO),
    },
    "Stop": {
        "name": (Text("名称", "Name"), Text("停在哪", "Where it stops")),
        "lon": (Text("经度", "Longitude"), _DEGREES),
        "lat": (Text("纬度", "Latitude"), _DEGREES),
        "datum": (Text("坐标系", "Datum"), Text("不写就是 WGS-84", "Left out: WGS-84")),
        "hours": (Text("停靠时间", "When it is there"), _HOURS),
        "valid_from": (Text("从哪天起", "From"), _DAYS_INCLUDED),
        "valid_to": (Text("到哪天", "To"), _DAYS_INCLUDED),
    },
    "Event": {
        "title": (Text("写什么", "Title"), Text("电影、理发", "A film, haircuts")),
        "topic": (
            Text("是什么事", "Topic"),
            Text("用别的词就显示成“其他”", "Other words are shown as other"),
        ),
        "start": (Text("开始", "Start"), _INSTANT),
        "end": (Text("结束", "End"), _INSTANT),
        "capacity": (Text("名额", "Places"), Text("几个人", "People")),
        "demo": (Text("示例", "Example"), _DEMO),
    },
}
