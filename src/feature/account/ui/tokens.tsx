import { useState } from 'preact/hooks';
import { api } from 'app/api';
import { may } from 'app/registry';
import { query, setQuery } from 'app/router';
import { useResource } from 'app/resource';
import { me } from 'app/session';
import { SettingsPage } from 'app/settings';
import type { Page, Person } from 'app/types';
import { Button, confirm, Copyable, Dialog, Empty, Failed, Field, Input, PersonName, Segmented, Select, Skeleton, Time, toast, toastError, useForm } from 'kit';
import { t } from './settings-strings';

type Scope = 'read' | 'write' | 'ingest' | 'admin';
type Token = { id: string; name: string; scopes: Scope[]; prefix: string; token: string | null; user: Person; created_at: string; expires_at: string | null; last_used_at: string | null };
const DAY = 86_400_000;

/** The new token, shown once. */
function Made({ token, onClose }: { token: string; onClose: () => void }) {
    const command = `curl -H "Authorization: Bearer ${token}" ${location.origin}/api/v1/incidents`;
    return (
        <Dialog title={t('token')} onClose={onClose} fixed footer={<Button kind="primary" onClick={onClose}>{t('done')}</Button>}>
            <div class="form">
                <p>{t('token_once')}</p>
                <Copyable text={token} label={t('token')} />
                <Field label={t('try_it')}>{() => <Copyable text={command} label={t('try_it')} />}</Field>
            </div>
        </Dialog>
    );
}

function Make({ onClose, onMade }: { onClose: () => void; onMade: (token: string) => void }) {
    const [f, setF] = useState<{ name: string; scope: Scope; days: string }>({ name: '', scope: 'read', days: '90' });
    const form = useForm();
    const scopes: Scope[] = ['read', ...(may(me().role, 'responder') ? ['write', 'ingest'] as const : []), ...(may(me().role, 'admin') ? ['admin'] as const : [])];
    const make = () => form.submit(async () => {
        const expires_at = f.days === '0' ? null : new Date(Date.now() + Number(f.days) * DAY).toISOString();
        onMade((await api.post<Token>('/tokens', { name: f.name, scopes: [f.scope], expires_at })).token!);
    });
    const general = form.general(['name', 'scopes', 'expires_at']);
    return (
        <Dialog title={t('make_token')} onClose={onClose} footer={<><Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={make}>{t('make')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void make(); }}>
                {general && <p class="form-error" role="alert">{general}</p>}
                <Field label={t('token_name')} help={t('token_name_help')} error={form.field('name')}>{(p) => <Input {...p} data-autofocus required maxLength={100} value={f.name} onChange={(name) => setF({ ...f, name })} />}</Field>
                <Field label={t('scopes')} error={form.field('scopes') ?? form.field('scopes[0]')}>{(p) => <Select {...p} value={f.scope} options={scopes.map((s) => ({ value: s, label: t(`scope_${s}`) }))} onChange={(scope) => setF({ ...f, scope })} />}</Field>
                <Field label={t('expires')} error={form.field('expires_at')}>{(p) => (
                    <Select {...p} value={f.days} options={[...['7', '30', '90', '365'].map((d) => ({ value: d, label: t('expires_days', { n: Number(d) }) })), { value: '0', label: t('expires_never') }]} onChange={(days) => setF({ ...f, days })} />
                )}</Field>
                <button type="submit" hidden />
            </form>
        </Dialog>
    );
}

export default function Tokens() {
    const all = query.value.get('all') === 'true' && may(me().role, 'admin');
    const list = useResource(`tokens ${all}`, () => api.get<Page<Token>>('/tokens', { all: all || undefined }));
    const [open, setOpen] = useState<'make' | { token: string } | null>(null);
    const revoke = async (x: Token) => {
        if (!await confirm({ title: t('revoke_title', { name: x.name }), body: t('revoke_body'), action: t('revoke'), danger: true })) return;
        try {
            await api.delete(`/tokens/${x.id}`);
            list.set((old) => old && { ...old, items: old.items.filter((y) => y.id !== x.id) });
            toast(t('revoked', { name: x.name }));
        } catch (e) { toastError(e); void list.reload(); }
    };
    const make = <Button kind="primary" icon="plus" onClick={() => setOpen('make')}>{t('make_token')}</Button>;
    const ended = (x: Token) => x.expires_at !== null && Date.parse(x.expires_at) <= Date.now();
    return (
        <SettingsPage title={t('tokens')} about={t('tokens_about')} wide={all} action={list.data?.items.length || all ? make : null}>
            {may(me().role, 'admin') && <p class="row"><Segmented label={t('whose')} value={all ? 'all' : 'mine'} onChange={(v) => setQuery({ all: v === 'all' ? 'true' : null })}
                options={[{ value: 'mine', label: t('mine') }, { value: 'all', label: t('everyones') }]} /></p>}
            {list.error && !list.data ? <Failed error={list.error} retry={list.reload} /> : !list.data ? <Skeleton />
                : list.data.items.length === 0 ? <Empty icon="key" title={t('no_tokens')} action={make}>{t('no_tokens_body')}</Empty> : (
                    <div class="scroll" tabIndex={0}><table class="table cards">
                        <thead><tr><th>{t('token_name')}</th>{all && <th>{t('owner')}</th>}<th>{t('scopes')}</th><th>{t('last_used')}</th><th>{t('expires_at')}</th><th /></tr></thead>
                        <tbody>{list.data.items.map((x) => (
                            <tr key={x.id} data-row>
                                <td class="wrap"><span class="ttl">{x.name}</span> <code class="mono quiet">{x.prefix}…</code></td>
                                {all && <td><PersonName person={x.user} /></td>}
                                <td>{x.scopes.map((s) => t(`scope_${s}`)).join(', ')}</td>
                                <td>{x.last_used_at ? <Time at={x.last_used_at} /> : <span class="quiet">{t('never')}</span>}</td>
                                <td>{ended(x) ? <span class="quiet">{t('expired')}</span> : x.expires_at ? <Time at={x.expires_at} /> : <span class="quiet">{t('expires_never')}</span>}</td>
                                <td class="num end"><Button onClick={() => revoke(x)}>{t('revoke')}</Button></td>
                            </tr>
                        ))}</tbody>
                    </table></div>
                )}
            {open === 'make' && <Make onClose={() => setOpen(null)} onMade={(token) => { setOpen({ token }); void list.reload(); }} />}
            {open && open !== 'make' && <Made token={open.token} onClose={() => setOpen(null)} />}
        </SettingsPage>
    );
}
