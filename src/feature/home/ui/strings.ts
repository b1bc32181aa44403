import { dictionary } from 'app/i18n';

/** Words of Home. */
export const t = dictionary({
    en: { home: 'Home' },
    zh: { home: '首页' },
});
