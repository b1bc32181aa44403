/** The word that the first page needs; the rest stands in strings.ts and comes with the screens. */
import { dictionary } from 'app/i18n';

export const t = dictionary({ en: { monitors: 'Monitors' }, zh: { monitors: '监测' } });
