import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        notifications: 'Notifications',
        all: 'All', new: 'Unread', read_all: 'Mark all as read', settings: 'Choose what to hear of', mark_read: 'Mark as read', mark_unread: 'Mark as unread', did_read_all: 'Everything is read',
        empty: 'Nothing new', empty_body: 'What concerns you stands here: mentions, reviews, comments, and follow-ups that are yours.', none_unread: 'Everything is read', today: 'Today', earlier: 'Earlier', about: 'What Hindsight tells you in the application. Mentions and requests for review are best left on.',
        clock: 'Hindsight', is_unread: 'Unread', on: 'In the application',
        said_mention: '{who} mentioned you', said_review_requested: '{who} asks for your review', said_approved: '{who} approved', said_changes_requested: '{who} asks for changes', said_published: '{who} published', said_comment: '{who} commented', said_reply: '{who} replied',
        said_report_overdue: 'A post-mortem of yours is overdue', said_follow_up_assigned: '{who} gave you a follow-up', said_follow_up_overdue: 'A follow-up of yours is overdue',
        mention: 'Somebody mentions you', review_requested: 'Your review is asked for', approved: 'Your post-mortem is approved', changes_requested: 'Changes to your post-mortem are asked for', published: 'A post-mortem you wrote or reviewed is published', comment: 'A comment on your post-mortem', reply: 'A reply where you commented', report_overdue: 'Your post-mortem is overdue', follow_up_assigned: 'A follow-up is given to you', follow_up_overdue: 'Your follow-up is overdue',
        kind: 'What happens',
    },
    zh: {
        notifications: '通知',
        all: '全部', new: '未读', read_all: '全部标为已读', settings: '选择接收哪些通知', mark_read: '标为已读', mark_unread: '标为未读', did_read_all: '已全部标为已读',
        empty: '没有新通知', empty_body: '与你有关的事会出现在这里：提及、审阅、评论，以及由你负责的改进项。', none_unread: '全部已读', today: '今天', earlier: '更早', about: 'Hindsight 在应用内向你发送的通知。建议保留提及和审阅请求。',
        clock: 'Hindsight', is_unread: '未读', on: '应用内',
        said_mention: '{who} 提到了你', said_review_requested: '{who} 请你审阅', said_approved: '{who} 已批准', said_changes_requested: '{who} 要求修改', said_published: '{who} 已发布', said_comment: '{who} 发表了评论', said_reply: '{who} 回复了评论',
        said_report_overdue: '你的复盘已逾期', said_follow_up_assigned: '{who} 分配给你一个改进项', said_follow_up_overdue: '你的改进项已逾期',
        mention: '有人提到你', review_requested: '请你审阅', approved: '你的复盘获得批准', changes_requested: '你的复盘被要求修改', published: '你撰写或审阅的复盘已发布', comment: '你的复盘有新评论', reply: '你评论过的地方有新回复', report_overdue: '你的复盘已逾期', follow_up_assigned: '改进项分配给你', follow_up_overdue: '你的改进项已逾期',
        kind: '发生的事',
    },
});
