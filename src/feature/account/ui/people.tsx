import { useRef, useState } from 'preact/hooks';
import { api, type ApiError } from 'app/api';
import { useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { href, path, query, setQuery } from 'app/router';
import { usePages, useResource } from 'app/resource';
import { me } from 'app/session';
import { SettingsPage } from 'app/settings';
import type { Page, Ref, Role, User } from 'app/types';
import { Avatar, Button, Check, confirm, Dialog, Empty, Failed, Field, Icon, Input, MenuButton, More, Pill, Select, Skeleton, Time, toast, toastError, useForm } from 'kit';
import { t } from './settings-strings';

type Row = User & { last_seen_at: string | null };
const roles: readonly Role[] = ['viewer', 'responder', 'manager', 'admin'];

/** Adds a person, or changes one; an edit on an old version says so and can be saved again. */
function PersonDialog({ person, onClose, onSaved }: { person: Row | null; onClose: () => void; onSaved: () => void }) {
    const [f, setF] = useState({ name: person?.name ?? '', email: person?.email ?? '', role: person?.role ?? 'responder' as Role, password: '' });
    const [version, setVersion] = useState(person?.version ?? 0);
    const form = useForm();
    const save = async () => {
        const { password, ...fields } = f;
        const ok = await form.submit(async () => {
            try {
                if (person) await api.patch(`/people/${person.id}`, fields, version);
                else await api.post('/people', { ...fields, ...(password ? { password } : {}) });
            } catch (e) {
                if ((e as ApiError).status === 412) setVersion((await api.get<User>(`/people/${person!.id}`)).version);
                throw e;
            }
        });
        if (!ok) return;
        toast(person ? t('saved') : t('added', { name: f.name }));
        onSaved();
        onClose();
    };
    const general = form.error?.status === 412 ? t('conflict') : form.general(['name', 'email', 'role', 'password']);
    return (
        <Dialog title={person ? t('edit_person') : t('add_person')} onClose={onClose} footer={<><Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                {general && <p class="form-error" role="alert">{general}</p>}
                <Field label={t('name')} error={form.field('name')}>{(p) => <Input {...p} data-autofocus required maxLength={100} value={f.name} onChange={(name) => setF({ ...f, name })} />}</Field>
                <Field label={t('email')} error={form.field('email')}>{(p) => <Input {...p} type="email" required maxLength={254} value={f.email} onChange={(email) => setF({ ...f, email })} />}</Field>
                <Field label={t('role')} help={t(`role_${f.role}_help`)} error={form.field('role')}>{(p) => <Select {...p} value={f.role} options={roles.map((r) => ({ value: r, label: t(`role_${r}`) }))} onChange={(role) => setF({ ...f, role })} />}</Field>
                {!person && <Field label={t('set_password')} help={`${t('password_help')} ${t('password_optional')}`} error={form.field('password')} optional>{(p) => <Input {...p} type="password" autocomplete="new-password" value={f.password} onChange={(password) => setF({ ...f, password })} />}</Field>}
                <button type="submit" hidden />
            </form>
        </Dialog>
    );
}

function PasswordDialog({ person, onClose }: { person: Row; onClose: () => void }) {
    const [password, setPassword] = useState('');
    const form = useForm();
    const save = async () => {
        if (!await form.submit(() => api.patch(`/people/${person.id}`, { password }, '*'))) return;
        toast(t('password_set', { name: person.name }));
        onClose();
    };
    return (
        <Dialog title={t('new_password_for', { name: person.name })} onClose={onClose} footer={<><Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                <Field label={t('new_password')} help={t('password_help')} error={form.field('password') ?? form.general(['password'])}>{(p) => <Input {...p} type="password" autocomplete="new-password" data-autofocus value={password} onChange={setPassword} />}</Field>
            </form>
        </Dialog>
    );
}

export default function People() {
    const q = query.value.get('q');
    const disabled = query.value.get('disabled') === 'true';
    const list = usePages<Row>('/people', { q, disabled: disabled || undefined }, ['people']);
    const teams = useResource('teams', () => api.get<Page<Ref>>('/teams'), ['teams']);
    const [password, setPassword] = useState<Row | null>(null);
    const rows = useRef<HTMLTableSectionElement>(null);
    useListKeys(rows);
    const admin = may(me().role, 'admin');
    const asked = query.value.get('edit');
    const edited = asked === 'new' ? null : list.items?.find((p) => p.id === asked);
    const open = (id: string | null) => setQuery({ edit: id }, { push: id !== null });
    const teamNames = (ids: string[]) => ids.map((id) => teams.data?.items.find((x) => x.id === id)?.name).filter(Boolean).join(', ');
    const setDisabled = async (p: Row, off: boolean) => {
        if (off && !await confirm({ title: t('disable_title', { name: p.name }), body: t('disable_body'), action: t('disable'), danger: true })) return;
        try {
            await api.patch(`/people/${p.id}`, { disabled: off }, p.version);
            const name = p.name;
            toast(t(off ? 'disabled_done' : 'enabled_done', { name }));
        } catch (e) { toastError(e); }
        await list.reload();
    };
    const add = admin && <Button kind="primary" icon="plus" onClick={() => open('new')}>{t('add_person')}</Button>;
    const alone = !q && list.items?.length === 1;
    return (
        <SettingsPage title={t('people')} about={t('people_about')} action={add} wide>
            <div class="row">
                <Input icon="search" data-search aria-label={t('search_people')} placeholder={t('search_people')} value={q ?? ''} onChange={(v) => setQuery({ q: v || null })} />
                {admin && <Check checked={disabled} onChange={(on) => setQuery({ disabled: on ? 'true' : null })}>{t('show_disabled')}</Check>}
            </div>
            {list.error && !list.items ? <Failed error={list.error} retry={list.reload} /> : !list.items ? <Skeleton />
                : list.items.length === 0 ? <Empty icon="users" title={t('nobody_found')} /> : <>
                    <div class="scroll" tabIndex={0}><table class="table cards">
                        <thead><tr><th>{t('name')}</th><th>{t('email')}</th><th>{t('role')}</th><th>{t('teams')}</th><th>{t('last_seen')}</th><th /></tr></thead>
                        <tbody ref={rows}>{list.items.map((p) => (
                            <tr key={p.id} data-row>
                                <td><span class="person"><Avatar person={p} />{admin ? <a class="ttl" href={href(path.value, { q, edit: p.id })}>{p.name}</a> : <span class="ttl">{p.name}</span>}
                                    {p.id === me().id && <span class="quiet">{t('you')}</span>}{p.disabled && <Pill small>{t('disabled')}</Pill>}</span></td>
                                <td>{p.email}</td>
                                <td>{t(`role_${p.role}`)}</td>
                                <td class="wrap">{teamNames(p.team_ids)}</td>
                                <td>{p.last_seen_at ? <Time at={p.last_seen_at} /> : <span class="quiet">{t('never')}</span>}</td>
                                <td class="num end">{admin && <MenuButton class="btn plain icon" label={`${t('more')}: ${p.name}`} chevron={false} items={[
                                    { label: t('edit'), icon: 'pen', onSelect: () => open(p.id) },
                                    p.id !== me().id && { label: t('reset_password'), icon: 'key', onSelect: () => setPassword(p) },
                                    p.id !== me().id && (p.disabled ? { label: t('enable'), icon: 'check', onSelect: () => void setDisabled(p, false) }
                                        : { label: t('disable'), icon: 'x', danger: true, onSelect: () => void setDisabled(p, true) }),
                                ]}><Icon name="more" /></MenuButton>}</td>
                            </tr>
                        ))}</tbody>
                    </table></div>
                    <More more={list.more} />
                    {alone && <Empty icon="users" title={t('alone')}>{t('alone_body')}</Empty>}
                </>}
            {admin && asked && (asked === 'new' || edited) && <PersonDialog key={asked} person={edited ?? null} onClose={() => open(null)} onSaved={list.reload} />}
            {password && <PasswordDialog person={password} onClose={() => setPassword(null)} />}
        </SettingsPage>
    );
}
