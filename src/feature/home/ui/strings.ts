import { dictionary } from 'app/i18n';

/** Words of Home. */
export const t = dictionary({
    en: {
        home_name: 'Home', declare: 'Declare incident', active: 'Active incidents', all_incidents: 'All incidents', waiting: 'Post-mortems waiting for you', mine: 'My follow-ups',
        all_follow_ups: 'All follow-ups', published: 'Recently published', library: 'Library', year_ago: 'This week a year ago',
        triage: 'Triage', investigating: 'Investigating', identified: 'Identified', monitoring: 'Monitoring', unknown: 'Unknown',
        write: 'Write', review: 'Review', publish: 'Publish', start: 'Start',
        minutes: { one: 'about {n} minute', other: 'about {n} minutes' }, by_minutes: '{name}, {minutes}', asks: '{name} asks for changes', approved: 'approved', resolved: '{severity}, resolved {day}',
        due: 'due {day}', due_today: 'due today', due_tomorrow: 'due tomorrow', late: '{n} d late', late_today: 'late today', today: 'today', no_date: 'no date', since: 'since {day}',
        verify: 'verify', decide: 'not effective', mark_done: 'Mark {reference} as done', set_done: '{reference} is done', changed: 'Somebody changed it meanwhile. The newest state is shown.', more: 'and {n} more',
        none_active: 'Nothing is going on. An incident stands here from the moment an alert or a person declares it.',
        none_waiting: 'No post-mortem waits for you: none to write, to review or to start.', none_mine: 'Nothing of yours is open.', none_published: 'What a team has learned stands here once it is published.',
        short: '{n} min', ago_none: 'It had no follow-ups.', ago_all: { one: 'Its follow-up is closed.', other: 'All {n} follow-ups are closed.' }, ago_some: { one: '{done} of 1 follow-up is closed.', other: '{done} of {n} follow-ups are closed.' },
        ago_wont: { one: '{n} was closed as won’t do.', other: '{n} were closed as won’t do.' }, ago_one_wont: 'Its follow-up was closed as won’t do.', ago_report: 'Post-mortem {reference}',
    },
    zh: {
        home_name: '首页', declare: '宣布事件', active: '进行中的事件', all_incidents: '全部事件', waiting: '等你处理的复盘', mine: '我的改进项',
        all_follow_ups: '全部改进项', published: '最近发布', library: '复盘库', year_ago: '去年的这一周',
        triage: '待分诊', investigating: '调查中', identified: '已定位', monitoring: '观察中', unknown: '未知',
        write: '撰写', review: '评审', publish: '发布', start: '开始',
        minutes: '约 {n} 分钟', by_minutes: '{name}，{minutes}', asks: '{name} 请求修改', approved: '已批准', resolved: '{severity}，{day} 解决',
        due: '{day} 到期', due_today: '今天到期', due_tomorrow: '明天到期', late: '逾期 {n} 天', late_today: '今天已逾期', today: '今天', no_date: '无日期', since: '{day} 起',
        verify: '待验证', decide: '无效', mark_done: '将 {reference} 标为完成', set_done: '{reference} 已完成', changed: '期间有人修改过。现显示最新内容。', more: '另有 {n} 项',
        none_active: '目前风平浪静。告警或有人宣布事件后，它会立刻出现在这里。',
        none_waiting: '没有等你处理的复盘：无需撰写、评审或开始。', none_mine: '你没有未完成的改进项。', none_published: '团队的经验发布后会出现在这里。',
        short: '{n} 分钟', ago_none: '当时没有改进项。', ago_all: '{n} 个改进项均已关闭。', ago_some: '{n} 个改进项中 {done} 个已关闭。',
        ago_wont: '{n} 个以“不做”关闭。', ago_one_wont: '它的改进项以“不做”关闭。', ago_report: '复盘 {reference}',
    },
});
