"""What the demo street is made of. Counts and services follow the newspaper pages (11 communities, 53 grids, 10 kinds of service);
every name is invented, so that no real person, shop or place is shown."""

from __future__ import annotations

from dataclasses import dataclass

DISTRICT = ("zhongzhou", "中州区")
STREET = ("qinghe", "清和街道")
OTHER_STREET = ("baihuashan", "百花山街道")  # a second street, so that "outside my area" can be seen
COMMUNITIES: tuple[tuple[str, str, int], ...] = (
    # code, name, number of grids: 53 in all; head counts below follow 军区社区's 2135 households and 5100 people
    ("wutongli", "梧桐里社区", 5),
    ("wenyuan", "文苑社区", 5),
    ("liuyin", "柳荫社区", 5),
    ("hongzhuanli", "红砖里社区", 5),
    ("fangzhili", "纺织里社区", 5),
    ("shuyuanjie", "书院街社区", 5),
    ("yuejiyuan", "月季园社区", 5),
    ("huaihuaxiang", "槐花巷社区", 5),
    ("dongfengqu", "东渠边社区", 5),
    ("shiliuyuan", "石榴院社区", 4),
    ("jingweili", "经纬里社区", 4),
)
HEADCOUNTS = (5100, 6240, 4380, 7120, 5560, 3980, 4720, 6010, 5230, 3440, 4150)
# Villages at the street's edge, scored by the rural scheme beside the communities' urban one.
VILLAGES: tuple[tuple[str, str, int], ...] = (("qunan", "渠南村", 2), ("shiyuan", "柿园村", 2), ("hewan", "河湾村", 3))
VILLAGE_HEADCOUNTS = (1240, 860, 1580)
PLACES = COMMUNITIES + VILLAGES
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN_OLD = "建国 秀英 桂兰 淑珍 玉梅 国强 志刚 秀兰 凤英 建华 玉兰 桂英 保国 振华 秀珍 爱华 玉珍 金花 德明 长青 春梅 改革 卫东 红梅"
GIVEN_YOUNG = "子涵 浩然 欣怡 梓轩 雨桐 思远 佳琪 明哲 嘉怡 俊杰 雅静 晓峰 文博 梦洁 志远 婷婷 鹏飞 丽娜 海涛 晓燕 建军 伟 静 磊 敏 洋 艳 勇 娜 超 霞 军 杰 涛 明 丹 慧 强 玲 波 莉 辉 颖 佳 宁 帆"


@dataclass(frozen=True, slots=True)
class Gift:
    """What a shop gives: the offer, what it says, its points."""

    title: str
    says: str
    points: int


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of task: what the notice says, how it is paid, how often and how long it runs."""

    title: str
    category: str
    place: str
    description: str
    points: int
    minutes: int
    capacity: int
    hour: int
    per_hour: bool = False
    bring: str = "穿方便活动的鞋，自带水杯。"
    risks: str = "注意脚下湿滑与来往车辆。"


WORKS: tuple[Work, ...] = (
    Work(
        "傍晚平安巡逻",
        "patrol",
        "社区东门岗亭",
        "沿楼院主路走两圈，看门禁、看消防通道、看独居老人家的灯，遇事不硬来，马上告诉网格长。",
        20,
        120,
        8,
        19,
        bring="穿红马甲（现场发），带手电筒。",
        risks="夜间行走注意脚下，不单独进入楼道。",
    ),
    Work(
        "楼院大扫除",
        "environment",
        "中心花园",
        "把楼前楼后、车棚和花坛收拾利索，清掉堆放的杂物。",
        20,
        90,
        15,
        8,
        bring="手套现场发，自带水杯。",
        risks="搬重物两人一起，注意碎玻璃。",
    ),
    Work(
        "爱心粥屋帮厨",
        "elder_care",
        "爱心粥屋",
        "清早熬粥、备小菜、给行动不便的老人送到桌上。",
        15,
        60,
        6,
        6,
        per_hour=True,
        bring="需有健康证，围裙口罩现场发。",
        risks="厨房有热锅热汤，听师傅安排。",
    ),
    Work(
        "独居老人敲门行动",
        "elder_care",
        "党群服务中心集合",
        "两人一组，按名单敲门问平安，看看燃气和药盒，陪老人说说话。",
        25,
        90,
        10,
        9,
        risks="不代收钱物，不单独入户。",
    ),
    Work(
        "路口文明劝导",
        "traffic",
        "清和路与书院街路口",
        "早高峰帮忙劝导非机动车走该走的道，扶老人过马路。",
        15,
        60,
        6,
        7,
        risks="站在劝导岛内，不进入机动车道。",
    ),
    Work(
        "四点半课堂辅导",
        "children",
        "社区四点半课堂",
        "放学后陪孩子写作业、读课外书，等家长来接。",
        12,
        90,
        5,
        16,
        per_hour=True,
        bring="带身份证明登记。",
        risks="孩子不离开视线，接送登记。",
    ),
    Work("便民义诊秩序服务", "health", "中心花园凉亭", "帮医生摆桌子、排队叫号、量血压登记。", 20, 120, 8, 9),
    Work(
        "老人手机课助教",
        "culture",
        "党群服务中心二楼",
        "一对一教老人用手机挂号、打车、视频通话。",
        20,
        90,
        6,
        15,
        bring="带自己的手机做示范。",
        risks="不代老人输入密码或转账。",
    ),
    Work("图书角整理", "culture", "社区图书室", "上架、贴签、修补旧书。", 10, 60, 4, 10),
    Work(
        "反诈入户宣传",
        "safety",
        "各楼栋",
        "按楼栋发明白纸，讲最近的骗术，登记需要再讲一遍的人家。",
        15,
        90,
        10,
        18,
        risks="两人同行，不进屋。",
    ),
    Work("非机动车停放整治", "traffic", "南门车棚", "把车摆齐，挪开堵住通道的车，贴温馨提示。", 15, 60, 8, 17),
    Work("便民理发日", "convenience", "老年活动站", "给理发师傅打下手，扫地、排号、扶老人。", 15, 120, 5, 9),
    Work(
        "磨刀修伞便民摊",
        "convenience",
        "清和市集",
        "帮师傅登记、看摊、送修好的东西上门。",
        12,
        120,
        4,
        9,
        per_hour=True,
    ),
    Work("绿化认养浇水", "environment", "月季花带", "浇水、拔草、捡拾垃圾。", 10, 45, 6, 7),
    Work(
        "防汛沙袋搬运",
        "safety",
        "地下车库入口",
        "雨前把沙袋码到车库口，雨后收回晾晒。",
        30,
        120,
        12,
        14,
        bring="穿防滑鞋，手套现场发。",
        risks="两人抬一袋，量力而行。",
    ),
    Work("邻居节摆台收台", "culture", "文化广场", "搬桌椅、拉条幅、看管道具，散场后恢复原样。", 20, 150, 12, 14),
)
VILLAGE_WORKS: tuple[Work, ...] = (
    Work(
        "村道河塘大清理",
        "environment",
        "村东河塘边",
        "捡拾塘边垃圾，清走枯枝杂草，把村道两侧扫干净。",
        20,
        90,
        6,
        8,
        bring="穿胶鞋，工具现场发。",
        risks="不下深水，站稳再弯腰。",
    ),
    Work("给老人送热饭", "elder_care", "村老年食堂", "把饭送到走不动的老人家里，看看灶和药盒。", 15, 60, 4, 11),
    Work(
        "夜间护村巡逻",
        "patrol",
        "村口警务室",
        "两人一组沿村道走一圈，看大棚、看变压器、看路灯。",
        20,
        90,
        5,
        19,
        risks="结伴走大路，不追赶可疑人员。",
    ),
    Work("红白事简办宣讲", "culture", "村文化大院", "挨户送红白理事会的明白纸，讲清标准和流程。", 10, 60, 4, 16),
)
BENEFIT_UNITS: tuple[tuple[str, str, str, int, str, int | None], ...] = (
    # shop, offer, what it says, points, who bears the cost, agreed fen when subsidised
    ("爱心粥屋", "爱心早餐一份", "一碗粥、一个鸡蛋、两样小菜，早上 6:30 到 8:30。", 20, "subsidised", 150),
    ("清和通信驿站", "0.01 元爱心充电一次", "凭码到充电柜扫码，电动车充电两小时。", 10, "shop", None),
    ("社区长者食堂", "午餐抵用 5 元", "一荤两素一汤，抵 5 元。", 50, "subsidised", 500),
    ("日间照料中心", "理疗体验一次", "肩颈理疗 20 分钟，请先打电话约时间。", 80, "shop", None),
    ("清和市集", "蔬菜抵用 3 元", "任一菜摊可用，不找零。", 30, "subsidised", 300),
)
OPENING_HOURS = {"congee": "每天 6:30–20:00"}  # breakfast begins then; all others open at eight
# shop (an invented family name is put before it), and what the first, second, third of its kind give: no two alike
SHOP_KINDS: tuple[tuple[str, tuple[Gift, ...]], ...] = (
    (
        "烩面馆",
        (
            Gift("小碗烩面半价", "小碗烩面半价一次，堂食。", 60),
            Gift("凉菜一份", "随面送拍黄瓜一份，堂食。", 35),
            Gift("羊杂汤一碗", "小碗羊杂汤一碗，早上 11 点前。", 55),
        ),
    ),
    (
        "理发店",
        (
            Gift("男女剪发 8 折", "剪发 8 折一次，不含烫染。", 40),
            Gift("儿童剪发抵用 5 元", "12 岁以下，抵 5 元。", 45),
            Gift("洗吹一次", "洗发加吹干一次。", 50),
        ),
    ),
    (
        "胡辣汤",
        (
            Gift("胡辣汤一碗", "小碗胡辣汤一碗，早上 10 点前。", 45),
            Gift("豆腐脑一碗", "豆腐脑一碗，早上 10 点前。", 30),
            Gift("油馍头一份", "油馍头半斤。", 25),
        ),
    ),
    (
        "水果铺",
        (
            Gift("水果抵用 2 元", "满 10 元可用。", 25),
            Gift("苹果一斤", "当季苹果一斤。", 40),
            Gift("果切一小盒", "当天现切一小盒。", 55),
        ),
    ),
    (
        "便利店",
        (
            Gift("矿泉水一瓶", "550 毫升一瓶。", 15),
            Gift("酸奶一杯", "100 克一杯。", 25),
            Gift("环保袋一个", "布袋一个，用完再用。", 20),
        ),
    ),
    (
        "修鞋铺",
        (
            Gift("擦鞋钉掌一次", "钉掌或擦鞋一次。", 30),
            Gift("配钥匙一把", "普通钥匙一把。", 35),
            Gift("换拉链抵用 5 元", "衣裤拉链，抵 5 元。", 45),
        ),
    ),
    (
        "洗衣店",
        (
            Gift("衬衣干洗一件", "衬衣一件，三天取。", 70),
            Gift("外套干洗抵用 8 元", "外套一件，抵 8 元。", 75),
            Gift("床单水洗一条", "床单一条，隔天取。", 60),
        ),
    ),
    (
        "书店",
        (
            Gift("文具抵用 3 元", "笔和本子可用。", 30),
            Gift("童书借阅一次", "任选一本，借一个月。", 10),
            Gift("旧书换新抵用 5 元", "带一本旧书来，抵 5 元。", 45),
        ),
    ),
    (
        "照相馆",
        (
            Gift("一寸照一版", "现场拍，当天取。", 120),
            Gift("老照片扫描三张", "三张以内，存到手机里。", 60),
            Gift("相片冲印五张", "手机里的照片，五张以内。", 40),
        ),
    ),
    (
        "包子铺",
        (
            Gift("肉包两个", "鲜肉包两个。", 35),
            Gift("素包豆浆一份", "素包一个、豆浆一杯。", 30),
            Gift("花卷四个", "葱油花卷四个。", 25),
        ),
    ),
    (
        "药房",
        (
            Gift("血压免费测", "量血压并登记，送小药盒一个。", 10),
            Gift("血糖测一次", "空腹来，现场出结果。", 20),
            Gift("创可贴一盒", "十片装一盒。", 15),
        ),
    ),
    (
        "裁缝铺",
        (
            Gift("改裤边一条", "改裤边一条，隔天取。", 50),
            Gift("缝扣子三颗", "自带扣子，当场取。", 20),
            Gift("改袖长一件", "外套除外，隔天取。", 65),
        ),
    ),
)
