import { dictionary } from 'app/i18n';

/** What the first page needs. */
export const t = dictionary({
    en: { notifications: 'Notifications', unread: { one: '{n} unread notification', other: '{n} unread notifications' } },
    zh: { notifications: '通知', unread: '{n} 条未读通知' },
});
