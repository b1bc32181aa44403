import { t } from './strings';

export { t };
/** "1 minute", "30 seconds" */
export const every = (s: number): string => (s % 3600 === 0 ? t('hours', { n: s / 3600 }) : s % 60 === 0 ? t('minutes', { n: s / 60 }) : t('seconds', { n: s }));
