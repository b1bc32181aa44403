/** The report's record on the editor screen: fetched, kept fresh, edited field by field. */
import { ApiError, api } from 'app/api';
import { useResource, type Resource } from 'app/resource';
import type { Report } from 'app/types';
import { toast, toastError } from 'kit';
import { t } from './strings';

export type ReportHandle = Resource<Report> & {
    /** Saves fields; shows `guess` at once. Answers false when it was refused. */
    save: (change: Record<string, unknown>, guess?: Partial<Report>) => Promise<boolean>;
};

export function useReport(id: string): ReportHandle {
    const r = useResource<Report>(`report ${id}`, () => api.get<Report>(`/reports/${id}`), [`report:${id}`]);
    const save = async (change: Record<string, unknown>, guess: Partial<Report> = {}): Promise<boolean> => {
        const before = r.data;
        if (!before) return false;
        r.set({ ...before, ...guess });
        try {
            r.set(await api.patch<Report>(`/reports/${before.id}`, change, before.version));
            return true;
        } catch (e) {
            if (e instanceof ApiError && e.status === 412) return again(before, change);
            r.set(before);
            toastError(e);
            return false;
        }
    };
    /* Somebody saved in between: ours goes on top unless it was the same field. */
    const again = async (before: Report, change: Record<string, unknown>): Promise<boolean> => {
        try {
            const fresh = await api.get<Report>(`/reports/${before.id}`);
            const same = Object.keys(change).every((k) => JSON.stringify(fresh[k as keyof Report]) === JSON.stringify(before[k as keyof Report]));
            if (!same) {
                r.set(fresh);
                toast(t('changed_meanwhile'));
                return false;
            }
            r.set(await api.patch<Report>(`/reports/${before.id}`, change, fresh.version));
            return true;
        } catch (e) {
            r.set(before);
            toastError(e);
            return false;
        }
    };
    return { ...r, save };
}
