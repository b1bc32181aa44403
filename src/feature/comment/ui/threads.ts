/** The threads of the report on screen: fetched, kept fresh, begun from a selection. */
import { signal } from '@preact/signals';
import { ApiError, api } from 'app/api';
import { useResource, type Resource } from 'app/resource';
import { setQuery } from 'app/router';
import type { Report, Thread } from 'app/types';
import type { Selected } from 'editor/editor';
import { toast, toastError } from 'kit';
import { t } from './strings';

/** What a new thread is begun on; null while none is. No places: the whole report. */
export const beginning = signal<Selected | null>(null);

export type Threads = Resource<Thread[]>;

export function useThreads(report: Report): Threads {
    return useResource(`threads ${report.id}`, () => api.all<Thread>(`/reports/${report.id}/threads`), [`comments:${report.id}`]);
}

/** Shows the field for a comment on what is selected. */
export function beginComment(selected: Selected | null): void {
    if (!selected) return void toast(t('select_first'));
    beginning.value = selected;
    setQuery({ panel: 'comments', thread: null });
}

/** Sends a new thread; the place is looked for in what the server has, so what was typed must be there first. */
export async function begin(report: Report, selected: Selected, body: string, mention_ids: string[], saved: () => Promise<boolean>): Promise<Thread | null> {
    if (selected.places.length && !await saved()) {
        toast(t('not_saved'));
        return null;
    }
    try {
        return await api.post<Thread>(`/reports/${report.id}/threads`, { body, mention_ids, places: selected.places, ...(selected.quote ? { quote: selected.quote } : {}) });
    } catch (e) {
        toastError(e instanceof ApiError && e.status === 0 ? new Error(t('not_saved')) : e);
        return null;
    }
}
