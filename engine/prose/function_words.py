"""Function words: what every sentence has, so that repeating it says nothing."""

from engine.prose.words import listed

ENGLISH = listed(
    "a an the and or but nor so yet for if then else than that this these those there here i me"
    " my mine myself we us our ours ourselves you your yours yourself yourselves he him his"
    " himself she her hers herself it its itself they them their theirs themselves one ones who"
    " whom whose which what when where why how whether while until because although though since"
    " unless as at by in into of off on onto out over up down to toward towards from with"
    " without within about above across after against along among around before behind below"
    " beneath beside between beyond despite during except inside like near outside past through"
    " throughout under upon via be am is are was were been being have has had having do does did"
    " doing done will would shall should can could may might must ought not no never ever only"
    " just even still also too very much many more most less least some any all both each every"
    " either neither other others another such own same again already almost always often"
    " sometimes once twice now soon later perhaps maybe quite rather really well anything"
    " something nothing everything anyone someone everyone nobody somebody somewhere anywhere"
    " nowhere back away together say says said get gets got go goes went come came make made let"
    " put two three first last i'm i'd i've i'll you're you'd you've you'll he's he'd he'll"
    " she's she'd she'll it's it'd it'll we're we'd we've we'll they're they'd they've they'll"
    " that's there's here's who's what's let's isn't aren't wasn't weren't hasn't haven't hadn't"
    " don't doesn't didn't won't wouldn't can't cannot couldn't shouldn't mustn't shan't"
    " mightn't yes oh mr mrs ms dr"
)

CHINESE = listed(
    "的 地 得 了 着 过 是 在 有 和 与 及 或 也 都 就 又 还 再 才 却 但 而 且 并 不 没 没有"
    " 不是 很 太 更 最 把 被 给 让 叫 使 对 向 往 从 到 由 为 因 因为 所以 如果 虽然 但是 可是"
    " 然而 于是 然后 只 只是 只有 就是 还是 而且 并且 或者 不过 这 那 这个 那个 这些 那些 这样"
    " 那样 这么 那么 这里 那里 这儿 那儿 哪 哪里 什么 怎么 怎样 为什么 谁 多少 几 我 你 您 他"
    " 她 它 我们 你们 他们 她们 它们 咱们 自己 人家 大家 别人 一 二 两 三 一个 两个 一些 一点"
    " 一下 一样 一直 一切 一种 一会儿 个 些 次 上 下 里 外 中 前 后 来 去 起来 下来 上来 出来"
    " 过来 回来 下去 上去 出去 过去 回去 进去 进来 说 说道 道 问 要 会 能 能够 可以 可能 应该"
    " 想 看 看着 知道 觉得 像 好像 似乎 仿佛 时 时候 之 其 所 以 于 吗 吧 呢 啊 呀 哦 嗯 嘛 啦"
    " 嘿 唉 地方 东西 事 事情 人 已经 正在 正 刚 刚才 突然 忽然 总是 从来 曾经 将 将要 现在 当"
    " 当时 等 每 各 某 另 别 别的 非常 十分 那时 这时 有些 有点 起 出 进 回 开 住 成 做 点 边"
    " 面 儿 子 們 這 個 來 過 說 時 會 對 為 還 沒 沒有 從 與 裡 後 著 麼 什麼 我們 你們 他們"
    " 她們 這個 那個 這樣 那樣 怎麼 時候 覺得 因為 雖然 於是 然後 已經 起來 出來"
)


def is_function_word(word: str) -> bool:
    """Say whether a word, as `words_of` gives it, is one of these."""
    return word in ENGLISH or word in CHINESE or word.isdigit()
