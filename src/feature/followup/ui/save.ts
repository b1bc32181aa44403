/** Saving some fields of a follow-up, also when somebody else saved others meanwhile. */
import { api, ApiError } from 'app/api';
import { toast, toastError } from 'kit';
import { clashes, type Field, type Patch } from './merge';
import { t } from './strings';
import type { FollowUp } from './types';

/** Somebody else changed the very fields: nothing was saved. */
export class Clash extends Error {
    readonly newest: FollowUp;
    readonly fields: Field[];
    constructor(newest: FollowUp, fields: Field[]) {
        super('changed meanwhile');
        this.newest = newest;
        this.fields = fields;
    }
}

/** Saves; when only other fields changed since `base`, saves upon those. Throws Clash or ApiError; answers what is there now. */
export async function saveFields(base: FollowUp, patch: Patch): Promise<FollowUp> {
    let on = base;
    for (let tries = 0; ; tries++) {
        try {
            return await api.patch<FollowUp>(`/follow-ups/${base.id}`, patch, on.version);
        } catch (e) {
            if (!(e instanceof ApiError) || e.status !== 412 || tries === 3) throw e;
            on = await api.get<FollowUp>(`/follow-ups/${base.id}`);
            const fields = clashes(base, on, patch);
            if (fields.length) throw new Clash(on, fields);
        }
    }
}

/** Saves a quick choice. On a clash the newest stands on screen and the toast offers to set ours all the same. */
export async function saveQuick(base: FollowUp, patch: Patch, show: (f: FollowUp) => unknown): Promise<boolean> {
    try {
        await show(await saveFields(base, patch));
        return true;
    } catch (e) {
        if (!(e instanceof Clash)) {
            toastError(e, base.reference);
            return false;
        }
        await show(e.newest);
        toast(t('clash', { field: t.any(`h_${e.fields[0]!.replace(/_ids?$/, e.fields[0] === 'service_ids' ? 's' : '')}`) }),
            { action: { label: t('set_mine'), run: () => void saveQuick(e.newest, patch, show) } });
        return false;
    }
}
