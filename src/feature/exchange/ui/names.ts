import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: { import_report: 'Import a post-mortem', confluence: 'Confluence' },
    zh: { import_report: '导入复盘', confluence: 'Confluence' },
});
