import { dictionary } from 'app/i18n';

/** The few words that the first page needs; the rest stands in strings.ts. */
export const t = dictionary({
    en: { reports: 'Post-mortems', write: 'Write post-mortem' },
    zh: { reports: '复盘', write: '撰写复盘' },
});
