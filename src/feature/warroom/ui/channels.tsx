/** Which channels of chat tools are the room of this incident too: linked here, and let go. */
import { useState } from 'preact/hooks';
import { Button, Dialog, Field, Icon, IconButton, Input, Select, toast, toastError, useForm } from 'kit';
import { api } from 'app/api';
import { t } from './channels-strings';
import type { WarRoom } from './types';

type Tool = 'slack' | 'mattermost' | 'teams';
const tools: { value: Tool; label: string }[] = [{ value: 'slack', label: 'Slack' }, { value: 'mattermost', label: 'Mattermost' }, { value: 'teams', label: 'Microsoft Teams' }];

export function Channels({ incident, rooms, onClose, changed }: { incident: string; rooms: WarRoom['rooms']; onClose: () => void; changed: () => void }) {
    const [d, setD] = useState({ source: 'slack' as Tool, channel: '', name: '', webhook: '' });
    const form = useForm();
    const link = () => form.submit(async () => {
        const own = d.source !== 'slack' && d.webhook.trim();
        await api.post(`/incidents/${incident}/rooms`, { source: d.source, channel: d.channel.trim(), name: d.name.trim().replace(/^#/, ''), ...(own ? { webhook: own } : {}) });
        setD({ ...d, channel: '', name: '', webhook: '' });
        toast(t('linked'));
        changed();
    });
    const unlink = async (id: string) => {
        try {
            await api.delete(`/incidents/${incident}/rooms/${id}`);
            changed();
        } catch (e) { toastError(e); }
    };
    const put = (part: Partial<typeof d>) => { setD({ ...d, ...part }); form.clear(); };
    return (
        <Dialog title={t('channels')} onClose={onClose} footer={<><Button onClick={onClose}>{t('close')}</Button><Button kind="primary" busy={form.busy} disabled={!d.channel.trim()} onClick={link}>{t('link')}</Button></>}>
            {rooms.length === 0 ? <p class="soft">{t('none')}</p> : (
                <div class="form">{rooms.map((r) => (
                    <div key={r.id} class="row"><Icon name="link" small /><span class="grow">{tools.find((x) => x.value === r.source)?.label ?? r.source} {r.name}</span><IconButton small icon="close" label={t('unlink', { name: r.name || r.source })} onClick={() => void unlink(r.id)} /></div>
                ))}</div>
            )}
            <form class="form" onSubmit={(e) => { e.preventDefault(); void link(); }}>
                {form.general(['channel', 'name', 'webhook']) && <p class="form-error" role="alert">{form.general(['channel', 'name', 'webhook'])}</p>}
                <Field label={t('tool')}>{(p) => <Select {...p} value={d.source} options={tools} onChange={(source) => put({ source })} />}</Field>
                <Field label={t('channel')} help={t(`channel_${d.source}`)} error={form.field('channel')}>{(p) => <Input {...p} data-autofocus required maxLength={200} value={d.channel} onChange={(channel) => put({ channel })} />}</Field>
                <Field label={t('name')} error={form.field('name')} optional>{(p) => <Input {...p} maxLength={200} value={d.name} onChange={(name) => put({ name })} />}</Field>
                {d.source !== 'slack' && <Field label={t('webhook')} help={t(`webhook_${d.source}`)} error={form.field('webhook')} optional>{(p) => <Input {...p} type="url" maxLength={2000} value={d.webhook} onChange={(webhook) => put({ webhook })} />}</Field>}
                <button type="submit" hidden />
            </form>
        </Dialog>
    );
}
