/** What the list can be filtered by; the values live in the address. */
import { api } from 'app/api';
import { useResource } from 'app/resource';
import type { Person, Ref } from 'app/types';
import { chosen, type Facet } from '../../incident/ui/filters';
import { t } from './strings';
import { kinds, priorities, statuses } from './types';
import { Priority, StatusWord } from './words';

export const FILTERS = ['owner', 'team', 'status', 'priority', 'kind', 'channel', 'service', 'overdue', 'incident', 'report'] as const;

export function useFacets(): Facet[] {
    const people = useResource('people', () => api.all<Person>('/people'));
    const teams = useResource('teams', () => api.all<Ref>('/teams'));
    const channels = useResource('channels', () => api.all<Ref>('/channels'));
    const services = useResource('services', () => api.all<Ref>('/services'));
    const refs = (all: { id: string; name: string }[] | undefined) => (all ?? []).map((r) => ({ value: r.id, label: r.name, text: r.name }));
    const words = (all: readonly string[]) => all.map((v) => ({ value: v, label: t.any(v), text: t.any(v) }));
    const given = (key: string) => chosen(key).map((v) => ({ value: v, label: v, text: v }));
    return [
        { key: 'owner', label: t('owner'), always: true, options: [{ value: 'me', label: t('me'), text: t('me') }, { value: 'none', label: t('nobody'), text: t('nobody') }, ...refs(people.data)] },
        { key: 'team', label: t('team'), always: true, options: refs(teams.data) },
        { key: 'priority', label: t('priority'), always: true, options: priorities.map((v) => ({ value: v, label: <Priority value={v} />, text: t.any(v) })) },
        { key: 'status', label: t('state'), options: statuses.map((v) => ({ value: v, label: <StatusWord status={v} />, text: t.any(v) })) },
        { key: 'overdue', label: t('overdue'), single: true, options: [{ value: 'true', label: t('yes'), text: t('yes') }] },
        { key: 'kind', label: t('kind'), options: words(kinds) },
        { key: 'channel', label: t('channel'), options: refs(channels.data) },
        { key: 'service', label: t('service'), options: refs(services.data) },
        { key: 'incident', label: t('incident'), options: given('incident') },
        { key: 'report', label: t('report'), options: given('report') },
    ];
}
