"""Words that name nothing of a text: they stand in every text, or in every note on one."""

from engine.prose.words import listed

_EN = """
a about above after again against all almost along already also although always am among an and
another any anything are around as at away back be became because become been before began behind
being below between both but by came can cannot come could did do does doing done down during each
either else enough even ever every everything few find first for from gave get give go goes going
gone good got great had has have having he her here hers herself him himself his how however i if
in instead into is it its itself just keep kept knew know known last least less let like little
long look looked made make makes making many may maybe me mean means might mine more most much must
my myself need never new next no nobody none nor not nothing now of off often old on once one only
onto or other our ours out over own perhaps put quite rather really said same saw say says see
seem seems seen several shall she should show shown shows since so some somebody something
sometimes soon still such take taken tell tells than that the their them themselves then there
these they thing things think this those though thought through time to together told too toward
took towards tried try turn turned two under until up upon us use used very want wanted was way we
well went were what when where which while who whole whom whose why will with within without would
yes yet you your yours yourself
author book cause character characters dialogue example feel feeling feelings idea important
language line lines matter matters meaning moment note notes paragraph part passage people person
phrase place plot point prose question quote read reader readers reading rhythm scene sense
sentence sentences shows story stories structure style text texts tone voice word words work works
writer writers writing written
"""

_ZH = """
一个 一些 一样 一种 一下 一直 一切 不是 不会 不能 不要 不过 什么 怎么 怎样 这个 这样 这种 这些 这里
那个 那样 那种 那些 那里 他们 她们 它们 我们 你们 自己 大家 有人 没有 可以 可能 应该 已经 还是 还有
就是 只是 但是 可是 因为 所以 如果 虽然 然后 于是 以及 或者 非常 十分 特别 更加 比较 其实 似乎 好像
觉得 知道 认为 看到 看见 感到 感觉 使得 让人 能够 需要 为了 通过 对于 关于 时候 时间 地方 东西 事情
方式 方面 问题 原因 意思 意义 重要 要紧 作者 读者 文字 文章 文本 句子 句话 段落 词语 词汇 人物 角色
情节 故事 小说 描写 描述 表达 表现 体现 说明 语言 节奏 结构 对话 情感 情绪 气氛 氛围 风格 生动 形象
具体 简单 复杂 引文 意见 开头 结尾 这句 此处 这段 整个 部分 内容 写作 阅读 使用 作品
"""

EMPTY_WORDS = {"en": listed(_EN), "zh-CN": listed(_ZH)}
