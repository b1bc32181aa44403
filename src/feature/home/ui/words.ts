/** How due dates and reading times read. */
import { day, dayDistance } from 'app/time';
import { t } from './strings';

/** `sentence`: stands alone ("due Mon 16 Nov"), not in a column of dates. Soon is within two days. */
export function dueWords(at: string | null, overdue: boolean, sentence: boolean): { text: string; tone: '' | 'soon' | 'late' } {
    if (!at) return { text: sentence ? '' : t('no_date'), tone: '' };
    const n = dayDistance(at);
    if (overdue) return { text: n < 0 ? t('late', { n: -n }) : t('late_today'), tone: 'late' };
    const tone = n <= 2 ? 'soon' : '';
    if (n === 0) return { text: sentence ? t('due_today') : t('today'), tone };
    if (!sentence) return { text: day(at), tone };
    return { text: n === 1 ? t('due_tomorrow') : t('due', { day: day(at) }), tone };
}

/** Minutes somebody reads: 230 English words or 400 Chinese characters in one. */
export function readingMinutes(words: number, language: string | null): number {
    return Math.max(1, Math.round(words / (language === 'zh' ? 400 : 230)));
}

export const minutes = (words: number, language: string | null): string => t('minutes', { n: readingMinutes(words, language) });
