import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: { search: 'Search', search_everything: 'Search everything' },
    zh: { search: '搜索', search_everything: '搜索全部内容' },
});
