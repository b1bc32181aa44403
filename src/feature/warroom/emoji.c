/* What chat tools call the emoji that people react with. */
#include "feature/warroom/warroom.h"

static const struct { const char *name, *emoji; } names[] = {
    { "+1", "👍" }, { "thumbsup", "👍" }, { "-1", "👎" }, { "thumbsdown", "👎" }, { "eyes", "👀" }, { "white_check_mark", "✅" },
    { "heavy_check_mark", "✔️" }, { "ballot_box_with_check", "☑️" }, { "x", "❌" }, { "heart", "❤️" }, { "tada", "🎉" }, { "fire", "🔥" },
    { "rocket", "🚀" }, { "star", "⭐" }, { "star2", "🌟" }, { "pushpin", "📌" }, { "round_pushpin", "📍" }, { "bookmark", "🔖" },
    { "warning", "⚠️" }, { "rotating_light", "🚨" }, { "question", "❓" }, { "exclamation", "❗" }, { "bulb", "💡" }, { "bug", "🐛" },
    { "pray", "🙏" }, { "clap", "👏" }, { "raised_hands", "🙌" }, { "ok_hand", "👌" }, { "wave", "👋" }, { "muscle", "💪" },
    { "point_up", "☝️" }, { "thinking_face", "🤔" }, { "thinking", "🤔" }, { "joy", "😂" }, { "smile", "😄" }, { "grinning", "😀" },
    { "slightly_smiling_face", "🙂" }, { "cry", "😢" }, { "sob", "😭" }, { "scream", "😱" }, { "sweat_smile", "😅" }, { "sunglasses", "😎" },
    { "hourglass", "⌛" }, { "hourglass_flowing_sand", "⏳" }, { "hammer_and_wrench", "🛠️" }, { "wrench", "🔧" }, { "memo", "📝" },
    { "mag", "🔍" }, { "chart_with_upwards_trend", "📈" }, { "chart_with_downwards_trend", "📉" }, { "lock", "🔒" }, { "100", "💯" },
    { "heavy_plus_sign", "➕" }, { "arrow_up", "⬆️" }, { "arrow_down", "⬇️" }, { "red_circle", "🔴" }, { "large_green_circle", "🟢" },
    { "skull", "💀" }, { "coffee", "☕" }, { "zzz", "💤" }, { "speech_balloon", "💬" }, { "loudspeaker", "📢" }, { "checkered_flag", "🏁" },
};

Str emoji_of(Arena *a, Str name)
{
    Str plain = name.len > 2 && name.at[0] == ':' && name.at[name.len - 1] == ':' ? str_sub(name, 1, name.len - 2) : name;
    ptrdiff_t tone = str_find(plain, S("::skin-tone"));            /* Slack: "+1::skin-tone-3" */
    if (tone > 0) plain = str_sub(plain, 0, (size_t)tone);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(plain, str_of(names[i].name))) return str_of(names[i].emoji);
    bool word = plain.len > 0;
    for (size_t i = 0; i < plain.len; i++) word = word && (unsigned char)plain.at[i] > ' ' && (unsigned char)plain.at[i] < 0x7f;
    return word ? arena_fmt(a, ":" STR_FMT ":", STR_ARG(plain)) : plain;
}

Str emoji_name(Str emoji)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(emoji, str_of(names[i].emoji))) return str_of(names[i].name);
    bool named = emoji.len > 2 && emoji.at[0] == ':' && emoji.at[emoji.len - 1] == ':';
    return named ? str_sub(emoji, 1, emoji.len - 2) : S("");
}
