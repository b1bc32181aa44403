import { dictionary } from 'app/i18n';

export const t = dictionary({ en: { ai: 'AI' }, zh: { ai: 'AI' } });
