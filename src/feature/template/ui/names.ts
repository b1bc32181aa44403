import { dictionary } from 'app/i18n';

/** The few words that the first page needs; the rest stands in strings.ts. */
export const t = dictionary({
    en: { templates: 'Templates', new_template: 'New template' },
    zh: { templates: '模板', new_template: '新建模板' },
});
