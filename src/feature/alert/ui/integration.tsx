/** One integration: its address, how to set up the other side, a test, and for any JSON the mapping. */
import { useState } from 'preact/hooks';
import { said } from 'app/errors-zh';
import { api } from 'app/api';
import { navigate, type ScreenProps } from 'app/router';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import type { Page, Ref } from 'app/types';
import { Button, Copyable, Dialog, Failed, Field, Input, MenuButton, RefPicker, Skeleton, Time, confirm, toast, toastError, useForm } from 'kit';
import { Instructions } from './instructions';
import { Health } from './integrations';
import { MailSettings } from './mail';
import { MappingEditor } from './mapping';
import { kindSteps, kindTitle } from './kinds';
import { t } from './strings';
import type { Integration, Kind } from './types';

function EditDialog({ i, onClose, onSaved }: { i: Integration; onClose: () => void; onSaved: (i: Integration) => void }) {
    const [name, setName] = useState(i.name);
    const [channel, setChannel] = useState<Ref[]>(i.channel ? [i.channel] : []);
    const form = useForm();
    const save = async () => {
        const send = () => api.patch<Integration>(`/integrations/${i.id}`, { name, channel_id: channel[0]?.id ?? null }, i.version);
        if (await form.submit(async () => onSaved(await send()))) onClose();
    };
    return (
        <Dialog title={t('edit')} onClose={onClose} footer={<><Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                <Field label={t('name')} error={form.field('name')}>{(p) => <Input {...p} data-autofocus maxLength={100} value={name} onChange={setName} />}</Field>
                <Field label={t('channel')} optional help={t('channel_help')} error={form.field('channel_id') ?? form.general(['name', 'channel_id'])}>
                    {(p) => <RefPicker {...p} path="/channels" value={channel} onChange={setChannel} />}</Field>
            </form>
        </Dialog>
    );
}

/** A command that sends the sample of the kind. */
function curl(i: Integration, kind: Kind): string {
    const [type, flag] = kind.kind === 'mail' ? ['message/rfc822', '--data-binary'] : ['application/json', '-d'];
    return `curl -H 'Content-Type: ${type}' ${i.url} \\\n  ${flag} '${kind.sample.replaceAll("'", "'\\''")}'`;
}

function Address({ i, kind }: { i: Integration; kind: Kind }) {
    const [busy, setBusy] = useState(false);
    const test = async () => {
        setBusy(true);
        try {
            const sent = await api.post<{ accepted: number; dedup_key: string }>(`/integrations/${i.id}/test`);
            toast(t(kind.gives_changes ? 'test_change_sent' : 'test_sent'), { action: { label: t('see_it'), run: () => navigate(`/${kind.gives_changes ? 'changes' : 'alerts'}?q=${encodeURIComponent(sent.dedup_key)}`) } });
        } catch (e) { toastError(e); }
        setBusy(false);
    };
    return <>
        <section class="block">
            <header><h2>{t('url')}</h2><Button icon="wave" busy={busy} disabled={!i.enabled} onClick={test}>{t('send_test')}</Button></header>
            {i.url ? <><Copyable label={t('url')} text={i.url} /><p class="help quiet">{t('url_secret')}</p></> : <p class="form-error">{t('url_lost')}</p>}
        </section>
        {i.url && <section class="block"><header><h2>{t('setup')}</h2></header>
            <Instructions markdown={kindSteps(kind)} url={i.url} /></section>}
        {i.url && <section class="block"><header><h2>{t('curl')}</h2></header><Copyable multiline label={t('curl')} text={curl(i, kind)} /></section>}
    </>;
}

/** What the other side signs with. Kept sealed: it can be replaced and removed, never seen. */
function Signature({ i, kind, onChange }: { i: Integration; kind: Kind; onChange: (i: Integration) => void }) {
    const [secret, setSecret] = useState('');
    const form = useForm();
    const save = (value: string | null) => form.submit(async () => {
        onChange(await api.patch<Integration>(`/integrations/${i.id}`, { secret: value }, i.version));
        setSecret('');
        toast(value === null ? t('secret_removed') : t('secret_kept'));
    });
    return (
        <section class="block">
            <header><h2>{t('signature')}</h2>{i.has_secret && <Button busy={form.busy} onClick={() => save(null)}>{t('secret_remove')}</Button>}</header>
            <p class="sub">{i.has_secret ? t('secret_checked') : t('secret_unchecked')}</p>
            <Instructions markdown={kind.secret!} url={i.url} />
            <form class="row" onSubmit={(e) => { e.preventDefault(); if (secret) void save(secret); }}>
                <Field label={i.has_secret ? t('secret_new') : t('secret')} error={form.field('secret') ?? form.general(['secret'])}>
                    {(p) => <Input {...p} type="password" autoComplete="off" maxLength={1000} value={secret} onChange={setSecret} after={<Button busy={form.busy} disabled={!secret} type="submit">{t('save')}</Button>} />}</Field>
            </form>
        </section>
    );
}

function Actions({ i, onChange }: { i: Integration; onChange: (i: Integration) => void }) {
    const [editing, setEditing] = useState(false);
    const rotate = async () => {
        if (!await confirm({ title: t('rotate_title'), body: t('rotate_body'), action: t('rotate'), danger: true })) return;
        try {
            onChange(await api.post<Integration>(`/integrations/${i.id}/rotate`));
            toast(t('rotated'));
        } catch (e) { toastError(e); }
    };
    const remove = async () => {
        if (!await confirm({ title: t('remove_title', { name: i.name }), body: t('remove_body'), action: t('remove'), danger: true })) return;
        try {
            await api.delete(`/integrations/${i.id}`, i.version);
            toast(t('removed', { name: i.name }));
            navigate('/settings/integrations');
        } catch (e) { toastError(e); }
    };
    const toggle = async () => {
        try {
            onChange(await api.patch<Integration>(`/integrations/${i.id}`, { enabled: !i.enabled }, i.version));
        } catch (e) { toastError(e); }
    };
    return <>
        <Button icon="pen" onClick={() => setEditing(true)}>{t('edit')}</Button>
        <MenuButton class="btn icon" align="end" chevron={false} label={i.name} items={[
            { label: i.enabled ? t('disable') : t('enable'), icon: i.enabled ? 'not' : 'check', onSelect: toggle },
            { label: t('rotate'), icon: 'key', onSelect: rotate }, 'line',
            { label: t('remove'), icon: 'trash', danger: true, onSelect: remove },
        ]}>···</MenuButton>
        {editing && <EditDialog i={i} onClose={() => setEditing(false)} onSaved={onChange} />}
    </>;
}

export default function IntegrationScreen({ params }: ScreenProps) {
    const one = useResource(`integration ${params['id']}`, () => api.get<Integration>(`/integrations/${params['id']}`), ['integrations', 'quarantine']);
    const kinds = useResource('integration kinds', () => api.get<Page<Kind>>('/integration-kinds'));
    const i = one.data;
    const kind = kinds.data?.items.find((k) => k.kind === i?.kind);
    return (
        <SettingsPage title={i?.name ?? t('integrations')} wide about={i && kind && kindTitle(i.kind)} action={i && <div class="row"><Actions i={i} onChange={one.set} /></div>}>
            {one.error && !i ? <Failed error={one.error} retry={one.reload} /> : !i || !kind ? <Skeleton /> : <>
                <div class="row wrap integration-state">
                    <Health i={i} /><span class="quiet">{t('alerts_received', { n: i.received_count })}</span>
                    <span class="quiet">{t('last_received')}: <Time at={i.last_received_at} none={t('never')} /></span>
                    {i.channel && <span class="quiet">{i.channel.name}</span>}
                </div>
                {i.error && <div class="notice-row" role="status">
                    <div class="grow"><strong>{t('last_error')}</strong> <Time at={i.error_at} /><p>{said(i.error)}</p></div><a class="link" href="/settings/quarantine">{t('see_quarantine')}</a></div>}
                <Address i={i} kind={kind} />
                {kind.kind === 'mail' && <MailSettings key={i.version} i={i} onSaved={one.set} />}
                {kind.secret && kind.kind !== 'mail' && <Signature i={i} kind={kind} onChange={one.set} />}
                {kind.has_mapping && kind.kind !== 'mail' && <MappingEditor key={i.version} i={i} sample={kind.sample} onSaved={one.set} />}
            </>}
        </SettingsPage>
    );
}
