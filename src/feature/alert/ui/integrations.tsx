/** Settings → Integrations: what is connected, and what can be. */
import { useState } from 'preact/hooks';
import { api } from 'app/api';
import { formatNumber } from 'app/i18n';
import { navigate } from 'app/router';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import type { Page, Ref } from 'app/types';
import { Button, Dialog, Failed, Field, Icon, Input, RefPicker, Skeleton, Status, Time, useForm, type IconName } from 'kit';
import { t } from './strings';
import type { Integration, Kind } from './types';

export const kindIcon: Record<string, IconName> = { alertmanager: 'bell', generic: 'code', pagerduty: 'broadcast' };

function AddDialog({ kind, onClose }: { kind: Kind; onClose: () => void }) {
    const [name, setName] = useState('');
    const [channel, setChannel] = useState<Ref[]>([]);
    const form = useForm();
    const save = () => form.submit(async () => {
        const made = await api.post<Integration>('/integrations', { kind: kind.kind, name, channel_id: channel[0]?.id ?? null });
        navigate(`/settings/integrations/${made.id}`);
    });
    return (
        <Dialog title={t('add_title', { kind: t.any(`kind_${kind.kind}`, kind.title) })} onClose={onClose} footer={<><Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind="primary" busy={form.busy} onClick={save}>{t('create')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                <Field label={t('name')} help={t('name_help')} error={form.field('name')}>{(p) => <Input {...p} data-autofocus required maxLength={100} value={name} onChange={setName} />}</Field>
                <Field label={t('channel')} optional help={t('channel_help')} error={form.field('channel_id') ?? form.general(['name', 'channel_id'])}>
                    {(p) => <RefPicker {...p} path="/channels" value={channel} onChange={setChannel} />}</Field>
            </form>
        </Dialog>
    );
}

export function Health({ i }: { i: Integration }) {
    if (!i.enabled) return <Status icon="not">{t('off')}</Status>;
    const troubled = i.error_at && (!i.last_received_at || i.error_at > i.last_received_at);
    if (troubled) return <Status tone="warn" icon="warning">{t('failing')}</Status>;
    return i.last_received_at ? <Status tone="ok" icon="done">{t('on')}</Status> : <Status icon="clock">{t('waiting')}</Status>;
}

function Connected({ items }: { items: Integration[] }) {
    return (
        <section class="block">
            <header><h2>{t('connected')} <span class="n">{formatNumber(items.length)}</span></h2></header>
            <ul class="items">{items.map((i) => (
                <li key={i.id}>
                    <Icon name={kindIcon[i.kind] ?? 'link'} />
                    <a class="strong clip" href={`/settings/integrations/${i.id}`}>{i.name}</a>
                    <span class="quiet clip grow">{t.any(`kind_${i.kind}`, i.kind)}{i.channel ? ` · ${i.channel.name}` : ''}</span>
                    <span class="quiet nowrap wide-only">{t('alerts_received', { n: i.received_count })}</span>
                    <span class="quiet nowrap wide-only"><Time at={i.last_received_at} none={t('never')} /></span>
                    <Health i={i} />
                </li>
            ))}</ul>
        </section>
    );
}

export default function Integrations() {
    const all = useResource('integrations', () => api.get<Page<Integration>>('/integrations'), ['integrations', 'alerts', 'quarantine']);
    const kinds = useResource('integration kinds', () => api.get<Page<Kind>>('/integration-kinds'));
    const [adding, setAdding] = useState<Kind | null>(null);
    const error = (!all.data && all.error) || (!kinds.data && kinds.error);
    return (
        <SettingsPage title={t('integrations')} about={t('integrations_about')} wide>
            {error ? <Failed error={error} retry={() => Promise.all([all.reload(), kinds.reload()])} /> : !all.data || !kinds.data ? <Skeleton /> : <>
                {all.data.items.length > 0 && <Connected items={all.data.items} />}
                <section class="block">
                    <header><h2>{t('gallery')}</h2></header>
                    {all.data.items.length === 0 && <p class="sub">{t('nothing_connected')}</p>}
                    <ul class="gallery">{kinds.data.items.map((k) => (
                        <li class="card" key={k.kind}>
                            <Icon name={kindIcon[k.kind] ?? 'link'} />
                            <div class="grow"><strong>{t.any(`kind_${k.kind}`, k.title)}</strong><p class="quiet">{t.any(`about_${k.kind}`, k.description)}</p></div>
                            <Button icon="plus" aria-label={t('add_title', { kind: k.title })} onClick={() => setAdding(k)}>{t('add')}</Button>
                        </li>
                    ))}</ul>
                </section>
            </>}
            {adding && <AddDialog kind={adding} onClose={() => setAdding(null)} />}
        </SettingsPage>
    );
}
