/** Settings → Integrations: what is connected, and what can be. */
import { useState } from 'preact/hooks';
import { api } from 'app/api';
import { formatNumber } from 'app/i18n';
import { navigate } from 'app/router';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import type { Page, Ref } from 'app/types';
import { Button, Dialog, Failed, Field, Icon, Input, RefPicker, Skeleton, Status, Time, useForm } from 'kit';
import { kindAbout, kindIcon, kindTitle } from './kinds';
import { t } from './strings';
import type { Integration, Kind } from './types';

function AddDialog({ kind, onClose }: { kind: Kind; onClose: () => void }) {
    const [name, setName] = useState('');
    const [channel, setChannel] = useState<Ref[]>([]);
    const form = useForm();
    const save = () => form.submit(async () => {
        const made = await api.post<Integration>('/integrations', { kind: kind.kind, name, channel_id: channel[0]?.id ?? null });
        navigate(`/settings/integrations/${made.id}`);
    });
    return (
        <Dialog title={t('add_title', { kind: kindTitle(kind.kind) })} onClose={onClose} footer={<><Button onClick={onClose}>{t('cancel')}</Button>
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
                    <Icon name={kindIcon(i.kind)} />
                    <a class="strong clip" href={`/settings/integrations/${i.id}`}>{i.name}</a>
                    <span class="quiet clip grow">{kindTitle(i.kind)}{i.channel ? ` · ${i.channel.name}` : ''}</span>
                    <span class="quiet nowrap wide-only">{t('alerts_received', { n: i.received_count })}</span>
                    <span class="quiet nowrap wide-only"><Time at={i.last_received_at} none={t('never')} /></span>
                    <Health i={i} />
                </li>
            ))}</ul>
        </section>
    );
}

/** What can be connected: those that send most first, then by name; found as you type. */
function Gallery({ kinds, first, onAdd }: { kinds: Kind[]; first: boolean; onAdd: (k: Kind) => void }) {
    const [q, setQ] = useState('');
    const rank = (k: Kind) => { const at = ['alertmanager', 'grafana', 'generic', 'pagerduty'].indexOf(k.kind); return at < 0 ? 99 : at; };
    const word = q.trim().toLowerCase();
    const found = kinds.filter((k) => `${k.kind} ${kindTitle(k.kind)} ${kindAbout(k)}`.toLowerCase().includes(word))
        .sort((a, b) => rank(a) - rank(b) || kindTitle(a.kind).localeCompare(kindTitle(b.kind)));
    return (
        <section class="block">
            <header><h2>{t('gallery')}</h2></header>
            {first && <p class="sub">{t('nothing_connected')}</p>}
            <Input type="search" icon="search" aria-label={t('find_kind')} placeholder={t('find_kind')} value={q} onChange={setQ} />
            <ul class="gallery">{found.map((k) => (
                <li class="card" key={k.kind}>
                    <Icon name={kindIcon(k.kind)} />
                    <div class="grow"><strong>{kindTitle(k.kind)}</strong><p class="quiet">{kindAbout(k)}</p></div>
                    <Button icon="plus" aria-label={t('add_title', { kind: kindTitle(k.kind) })} onClick={() => onAdd(k)}>{t('add')}</Button>
                </li>
            ))}</ul>
            {found.length === 0 && <p class="sub">{t('no_kind')}</p>}
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
                <Gallery kinds={kinds.data.items} first={all.data.items.length === 0} onAdd={setAdding} />
            </>}
            {adding && <AddDialog kind={adding} onClose={() => setAdding(null)} />}
        </SettingsPage>
    );
}
