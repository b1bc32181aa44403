import { dictionary } from 'app/i18n';

/** Words of the first page: the rail. */
export const t = dictionary({
    en: { home: 'Home' },
    zh: { home: '首页' },
});
