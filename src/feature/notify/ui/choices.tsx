/** Of what I want to hear, kind by kind. */
import { Check, Failed, Skeleton, toastError } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import type { Notification, Page } from 'app/types';
import { t } from './strings';

type Choice = { kind: Notification['kind']; in_app: boolean };

export default function Choices() {
    const r = useResource('notification settings', async () => (await api.get<Page<Choice>>('/notification-settings')).items);
    const set = async (c: Choice, on: boolean) => {
        const before = r.data;
        r.set((all) => all?.map((x) => (x.kind === c.kind ? { ...x, in_app: on } : x)));
        try {
            await api.put(`/notification-settings/${c.kind}`, { in_app: on });
        } catch (e) {
            if (before) r.set(before);
            toastError(e);
        }
    };
    return (
        <SettingsPage title={t('notifications')} about={t('about')}>
            {r.error && !r.data ? <Failed error={r.error} retry={r.reload} /> : !r.data ? <Skeleton lines={8} /> : (
                <table class="table choice-table">
                    <thead><tr><th>{t('kind')}</th><th>{t('on')}</th></tr></thead>
                    <tbody>{r.data.map((c) => (
                        <tr key={c.kind}><td>{t(c.kind)}</td><td><Check checked={c.in_app} label={`${t(c.kind)}: ${t('on')}`} onChange={(on) => void set(c, on)} /></td></tr>
                    ))}</tbody>
                </table>
            )}
        </SettingsPage>
    );
}
