"""What is wrong with a scheme file, in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.stars.rules.check import Reason

# By what the command line says in English (rules/check, queries/drafts.py).
MISTAKES = {
    "expected {keys}": _l("这里应写 %(keys)s"),
    "unknown key {key!r}; known here: {known}": _l("不认识“%(key)s”；这里可以写 %(known)s"),
    "{key} is missing": _l("缺少 %(key)s"),
    "{key} must be a list with at least one item": _l("%(key)s 应是至少有一项的列表"),
    "{key} has more than 100 items": _l("%(key)s 超过 100 项"),
    "{text!r} is not a text": _l("“%(text)s”不是文字"),
    "{key} must be a text of 1 to {most} characters": _l("%(key)s 应是 1 到 %(most)s 个字"),
    "{key} must be {words}": _l("%(key)s 的写法不对：只用小写字母、数字和规定的符号"),
    "{key} must be one of {known}": _l("%(key)s 应是其中之一：%(known)s"),
    "{key} must be a whole number from {least} to {most}": _l("%(key)s 应是 %(least)s 到 %(most)s 的整数"),
    "{key} must be above 0, at most {most}, with at most two decimals": _l(
        "%(key)s 应大于 0，不超过 %(most)s，最多两位小数"
    ),
    "{key} must be 0 or more, at most {most}, with at most two decimals": _l(
        "%(key)s 应不小于 0，不超过 %(most)s，最多两位小数"
    ),
    "{metric} is for information only and never scores": _l("%(metric)s 只供了解，不能计分"),
    "unknown metric {metric!r}; known: {known}": _l("没有“%(metric)s”这个统计指标；有：%(known)s"),
    "there is no star {text!r}; there are {known}": _l("没有“%(text)s”这颗星；有：%(known)s"),
    "there is no tier {text!r}; there are {known}": _l("没有“%(text)s”这个等次；有：%(known)s"),
    "there is no assessing role {text!r}; there are {known}": _l("“%(text)s”不能评定；可以写 %(known)s"),
    "there is no indicator of this star {text!r}; there are {known}": _l(
        "这颗星里没有“%(text)s”这个指标；有：%(known)s"
    ),
    "star {key} stands twice": _l("星 %(key)s 写了两次"),
    "indicator {key} stands twice": _l("指标 %(key)s 写了两次"),
    "tier {key} stands twice": _l("等次“%(key)s”写了两次"),
    "a figure is either a share (to) or per head (per)": _l(
        "一个数字要么是比例（to），要么按人头平摊（per），不能都写"
    ),
    "least goes with a share (to) or a figure per head (per)": _l("least 只和比例（to）或按人头平摊（per）一起用"),
    "full_at and zero_at are the same: there is no line between them": _l(
        "full_at 和 zero_at 相同，中间没有线可按比例计分"
    ),
    "less is better, so zero_at must be above full_at {full}; it is {zero}": _l(
        "写的是越少越好，zero_at 应大于 full_at（%(full)s），现在是 %(zero)s"
    ),
    "more is better, so full_at must be above zero_at {zero}; it is {full}": _l(
        "写的是越多越好，full_at 应大于 zero_at（%(zero)s），现在是 %(full)s"
    ),
    "score {score} is above the indicator's max {most}": _l("这一档 %(score)s 分，超过了指标的满分 %(most)s 分"),
    "below {ends} is not above at_least {begins}": _l("below（%(ends)s）应大于 at_least（%(begins)s）"),
    "two bands begin at the same figure": _l("有两档从同一个数开始"),
    "this band begins at {following}, but the one from {begins} goes up to {ends}: they overlap": _l(
        "这一档从 %(following)s 开始，可从 %(begins)s 开始的那一档到 %(ends)s 才结束：重叠了"
    ),
    "nothing is said of figures from {ends} to below {following}": _l(
        "从 %(ends)s 到 %(following)s 之间没有规定得几分"
    ),
    "nothing is said of figures from {ends} on: leave below out of the last band": _l(
        "%(ends)s 及以上没有规定得几分：最后一档不要写 below"
    ),
    "the scores of the bands go up and down: more or less is better, not both": _l(
        "各档的分数忽高忽低：应是越多越好，或者越少越好"
    ),
    "{wanted} is better, but the bands give more points for {found}": _l(
        "better 写的是 %(wanted)s，可各档分数是 %(found)s 的得分高"
    ),
    "less is better, but nothing is said of figures below {begins}": _l("越少越好，可 %(begins)s 以下没有规定得几分"),
    "a version replaces an earlier one, and this is version {version}": _l("只能替换更早的版本，这是第 %(version)s 版"),
    "lit_at is {score}, but the indicators add up to {most}": _l(
        "%(score)s 分才点亮，可这颗星的指标加起来只有 %(most)s 分"
    ),
    "max is {score}, but the star's indicators add up to {most}": _l(
        "满分写的是 %(score)s，可这颗星的指标加起来是 %(most)s"
    ),
    "an automatic indicator needs a formula": _l("自动计分的指标要写 formula"),
    "nobody assesses an automatic indicator": _l("自动计分的指标没有人评定，不要写 by"),
    "an assessed indicator has no formula": _l("人工评定的指标没有 formula"),
    "each goes with an assessed item; a counted one has its formula": _l(
        "each 只用在人工评定的项目里，自动计分的用 formula"
    ),
    "max {most} is not a whole number of times {each}": _l("上限 %(most)s 不是每次 %(each)s 分的整数倍"),
    "a quota is either a percent of the branches or a number of branches": _l(
        "名额要么写占支部的百分之几（percent），要么写几个（branches）"
    ),
    "total is {score}, but the indicators add up to {most}": _l("总分写的是 %(score)s，可各项指标加起来是 %(most)s"),
    "nobody can reach {score}: at most {most}": _l("没有支部能达到 %(score)s 分：最多 %(most)s 分"),
    "nobody can reach {score}: the max of {key} is {most}": _l(
        "没有支部能达到 %(score)s 分：%(key)s 的满分是 %(most)s 分"
    ),
    "nobody can reach {score}: the scheme's total is {most}": _l("没有支部能达到 %(score)s 分：总分是 %(most)s 分"),
    "nobody can reach {score}: the scheme's total is {most}, with bonuses and honours {extra}": _l(
        "没有支部能达到 %(score)s 分：总分是 %(most)s 分，连加分也只有 %(extra)s 分"
    ),
    "nobody can reach {score} in every star: the max of {key} is {most}": _l(
        "没有支部每颗星都能达到 %(score)s 分：%(key)s 的满分是 %(most)s 分"
    ),
    "nobody is ever {tier}: whoever reaches it reaches {better}, which stands above it": _l(
        "没有支部会评为“%(tier)s”：够条件的也都够上面的“%(better)s”"
    ),
    "these stars require one another in a circle: {way}": _l("这些星互为前提，绕成了圈：%(way)s"),
    "the platform counts {counted} of {most} points, more than {share} %: it must not be the main carrier of assessment": _l(
        "平台自动计 %(counted)s 分（共 %(most)s 分），超过了 %(share)s%%：平台不应成为考核的主要载体"
    ),
    "the best band gives {best}, so nobody gets the max of {most}": _l(
        "最高一档只有 %(best)s 分，谁也得不到满分 %(most)s 分"
    ),
    "a share of fewer than {fair} people would be luck; least is {least}": _l(
        "不到 %(fair)s 人的比例全凭运气；least 现在是 %(least)s"
    ),
    "a figure per head of fewer than {fair} residents would be luck; least is {least}: "
    "with a higher one a branch with too few residents says so": _l(
        "居民不到 %(fair)s 人时，人均数全凭运气；least 现在是 %(least)s，写得高一些，人太少的支部就会如实说明"
    ),
    "the quotas of the tiers add up to {share} %": _l("各等次的名额加起来是 %(share)s%%"),
    "version {version} is in force from {day}, too: two versions cannot be in force at once; name another quarter, or say in the file replaces: {version}": _l(
        "第 %(version)s 版也从 %(day)s 起生效，不能同时有两个版本；请换一个季度，或在文件里写 replaces: %(version)s"
    ),
    "version {version} begins later, on {day}: a higher version cannot begin before it": _l(
        "第 %(version)s 版 %(day)s 才生效，更新的版本不能比它早"
    ),
    "version {version} of {code} stands with other content: give the change a new number": _l(
        "第 %(version)s 版已经有了，内容不同：改动请用新的版本号"
    ),
    "version {version} is in force from {day}; another date is a new version": _l(
        "第 %(version)s 版从 %(day)s 起生效；要换日期请另出新版本"
    ),
    "there is no version {version} to replace; there are {known}": _l("没有可以替换的第 %(version)s 版；有：%(known)s"),
    "version {version} has been in force: a version is only replaced before it begins": _l(
        "第 %(version)s 版已经生效，不能再替换"
    ),
    "a version comes into force with a quarter's first day, and {day} is none: name {before} or {after}": _l(
        "方案从季度第一天起生效，%(day)s 不是：请用 %(before)s 或 %(after)s"
    ),
    "the quarter from {day} is over, and no finished quarter is rewritten: name {quarter} or later": _l(
        "从 %(day)s 开始的季度已经结束，不再改动：请用 %(quarter)s 或以后"
    ),
    "the round from {day} has begun and keeps its rules: name {following} or later": _l(
        "从 %(day)s 开始的轮次已经在用原来的方案：请用 %(following)s 或以后"
    ),
    "version {version} is older than version {newest}": _l("第 %(version)s 版比已有的第 %(newest)s 版旧"),
    "there is no kind of area {text!r}; there are {known}": _l("没有“%(text)s”这种区域；可以写 %(known)s"),
    "there is no branch {text!r}": _l("没有编号为“%(text)s”的支部"),
    "there is no area {text!r}": _l("没有编号为“%(text)s”的区域"),
    "{branches} would be in two schemes at once: {other} version {version} names them, too, and is in force from {day}": _l(
        "%(branches)s 会同时属于两个方案：%(other)s 第 %(version)s 版从 %(day)s 起也包括它们"
    ),
    "{branches} take part in the round of {other} that has begun: name {following} or later": _l(
        "%(branches)s 正在参加 %(other)s 的本季度轮次：请从 %(following)s 或以后开始"
    ),
    "{other} version {version} is for every branch, too, and is in force from {day}: two versions cannot be in force at once; "
    "share the branches out with applies_to, or let this scheme follow with succeeds: {other}": _l(
        "%(other)s 第 %(version)s 版从 %(day)s 起也面向所有支部，不能同时有两个方案；"
        "请用 applies_to 把支部分给各个方案，或在文件里写 succeeds: %(other)s 接替它"
    ),
    "{branch} would be in two schemes at once: {schemes} name it; change applies_to of one of them first": _l(
        "%(branch)s 会同时属于两个方案：%(schemes)s 都包括它；请先改其中一个方案的 applies_to"
    ),
    "a scheme succeeds another one: a changed rule of the same scheme is a new version": _l(
        "succeeds 写的是被接替的另一个方案；同一个方案改规则请出新版本"
    ),
    "there is no scheme {code} in force on {day} to succeed; there are {known}": _l(
        "%(day)s 没有可以接替的方案 %(code)s；有：%(known)s"
    ),
    "the round of {code} from {day} has begun and goes on to its end: name {following} or later": _l(
        "%(code)s 从 %(day)s 开始的轮次要进行到季度结束：请用 %(following)s 或以后"
    ),
    "floors must say a score for each star it names": _l("floors 要给写到的每颗星一个分数"),
}


# By how it begins, what core/yaml_file.py says of a file that cannot be read; what follows names the place in the library's words.
UNREADABLE = {
    "the file is empty": _l("文件是空的"),
    "the file is larger than ": _l("文件太大：方案文件不超过 1 MiB"),
    "an alias (*) cannot be used here": _l("这里不能用别名（*）"),
    "a key must be a word": _l("键要写成一个词"),
    "nested too deeply": _l("层数太多"),
    "a character that no text has: ": _l("有文本里不该有的字符"),
    "not UTF-8: ": _l("文件不是 UTF-8 编码，请另存为 UTF-8"),
    "not YAML: ": _l("这里不合 YAML 的写法，请看缩进、冒号和引号"),
}


def mistake(reason: str) -> str:
    """Return a mistake in the reader's language; what neither a checker of ours nor the reader of files said stays as it is."""
    if isinstance(reason, Reason) and reason.template in MISTAKES:
        return str(MISTAKES[reason.template]) % reason.facts
    return next((str(words) for start, words in UNREADABLE.items() if reason.startswith(start)), reason)
