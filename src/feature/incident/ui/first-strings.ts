import { dictionary } from 'app/i18n';

/** Words of the first page: the rail and the commands. */
export const t = dictionary({
    en: { incidents: 'Incidents', declare: 'Declare incident' },
    zh: { incidents: '事件', declare: '宣布事件' },
});
