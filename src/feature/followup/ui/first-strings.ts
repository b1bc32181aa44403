import { dictionary } from 'app/i18n';

/** Words of the first page: the rail and the commands. */
export const t = dictionary({
    en: { follow_ups: 'Follow-ups', add: 'New follow-up' },
    zh: { follow_ups: '改进项', add: '新建改进项' },
});
