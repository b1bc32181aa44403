import { dictionary } from 'app/i18n';

/** What the shell needs before a screen is loaded. */
export const t = dictionary({ en: { changes: 'Changes' }, zh: { changes: '变更' } });
