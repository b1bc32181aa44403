import { api } from 'app/api';
import { formatNumber } from 'app/i18n';
import { useResource } from 'app/resource';
import type { Summary } from './types';

/** How many alerts fire now, beside the word in the rail. */
export function FiringBadge() {
    const s = useResource('alerts summary', () => api.get<Summary>('/alerts-summary'), ['alerts']);
    return s.data?.firing ? <span class="n bad">{s.data.firing > 999 ? '999+' : formatNumber(s.data.firing)}</span> : null;
}
