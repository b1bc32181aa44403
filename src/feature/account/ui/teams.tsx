import { useRef, useState } from 'preact/hooks';
import { api, type ApiError } from 'app/api';
import { useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { href, path, query, setQuery } from 'app/router';
import { useResource } from 'app/resource';
import { me } from 'app/session';
import { SettingsPage } from 'app/settings';
import type { Page, Person, User } from 'app/types';
import { Button, confirm, Dialog, Empty, Failed, Field, Icon, Input, MenuButton, PeoplePicker, PersonName, Skeleton, Stack, TextArea, toast, toastError, useForm } from 'kit';
import { t } from './settings-strings';

type Team = { id: string; name: string; description: string; lead_id: string | null; member_ids: string[]; version: number };

function TeamDialog({ team, people, onClose, onSaved }: { team: Team | null; people: Person[]; onClose: () => void; onSaved: () => void }) {
    const find = (ids: string[]) => ids.map((id) => people.find((p) => p.id === id)).filter((p): p is Person => p !== undefined);
    const [f, setF] = useState({ name: team?.name ?? '', description: team?.description ?? '', lead: find(team?.lead_id ? [team.lead_id] : []), members: find(team?.member_ids ?? []) });
    const [version, setVersion] = useState(team?.version ?? 0);
    const form = useForm();
    const save = async () => {
        const body = { name: f.name, description: f.description, lead_id: f.lead[0]?.id ?? null, member_ids: f.members.map((p) => p.id) };
        const ok = await form.submit(async () => {
            try {
                if (team) await api.patch(`/teams/${team.id}`, body, version);
                else await api.post('/teams', body);
            } catch (e) {
                if ((e as ApiError).status === 412) setVersion((await api.get<Team>(`/teams/${team!.id}`)).version);
                throw e;
            }
        });
        if (!ok) return;
        toast(t('saved'));
        onSaved();
        onClose();
    };
    const general = form.error?.status === 412 ? t('conflict') : form.general(['name', 'description', 'lead_id']);
    return (
        <Dialog title={team ? t('edit_team') : t('add_team')} onClose={onClose} footer={<><Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button></>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                {general && <p class="form-error" role="alert">{general}</p>}
                <Field label={t('team_name')} error={form.field('name')}>{(p) => <Input {...p} data-autofocus required maxLength={100} value={f.name} onChange={(name) => setF({ ...f, name })} />}</Field>
                <Field label={t('description')} optional error={form.field('description')}>{(p) => <TextArea {...p} value={f.description} onChange={(description) => setF({ ...f, description })} />}</Field>
                <Field label={t('lead')} optional error={form.field('lead_id')}>{(p) => <PeoplePicker {...p} value={f.lead} onChange={(lead) => setF({ ...f, lead })} />}</Field>
                <Field label={t('members')}>{(p) => <PeoplePicker {...p} multiple value={f.members} onChange={(members) => setF({ ...f, members })} />}</Field>
                <button type="submit" hidden />
            </form>
        </Dialog>
    );
}

export default function Teams() {
    const list = useResource('teams', () => api.get<Page<Team>>('/teams'), ['teams']);
    const people = useResource('people all', () => api.all<User>('/people', { disabled: true }), ['people']);
    const rows = useRef<HTMLTableSectionElement>(null);
    useListKeys(rows);
    const canEdit = may(me().role, 'manager');
    const asked = query.value.get('edit');
    const open = (id: string | null) => setQuery({ edit: id }, { push: id !== null });
    const edited = list.data?.items.find((x) => x.id === asked);
    const person = (id: string | null) => people.data?.find((p) => p.id === id);
    const remove = async (x: Team) => {
        if (!await confirm({ title: t('remove_team_title', { name: x.name }), body: t('remove_team_body'), action: t('remove'), danger: true })) return;
        try {
            await api.delete(`/teams/${x.id}`, x.version);
            list.set((old) => old && { ...old, items: old.items.filter((y) => y.id !== x.id) });
            toast(t('removed', { name: x.name }));
        } catch (e) { toastError(e); void list.reload(); }
    };
    const add = canEdit && <Button kind="primary" icon="plus" onClick={() => open('new')}>{t('add_team')}</Button>;
    const failed = list.error && !list.data ? list.error : people.error && !people.data ? people.error : undefined;
    return (
        <SettingsPage title={t('teams')} about={t('teams_about')} action={list.data?.items.length ? add : null}>
            {failed ? <Failed error={failed} retry={() => Promise.all([list.reload(), people.reload()])} /> : !list.data || !people.data ? <Skeleton />
                : list.data.items.length === 0 ? <Empty icon="users" title={t('no_teams')} action={add}>{t('no_teams_body')}</Empty> : (
                    <div class="scroll" tabIndex={0}><table class="table cards">
                        <thead><tr><th>{t('team_name')}</th><th>{t('lead')}</th><th>{t('members')}</th><th /></tr></thead>
                        <tbody ref={rows}>{list.data.items.map((x) => {
                            const lead = person(x.lead_id);
                            const members = x.member_ids.map(person).filter((p): p is User => p !== undefined);
                            return (
                                <tr key={x.id} data-row>
                                    <td class="wrap">{canEdit ? <a class="ttl" href={href(path.value, { edit: x.id })}>{x.name}</a> : <span class="ttl">{x.name}</span>}
                                        {x.description && <div class="quiet">{x.description}</div>}</td>
                                    <td>{lead && <PersonName person={lead} />}</td>
                                    <td>{members.length > 0 ? <Stack people={members} /> : <span class="quiet">{t('member_count', { n: 0 })}</span>}</td>
                                    <td class="num end">{canEdit && <MenuButton class="btn plain icon" label={`${t('more')}: ${x.name}`} chevron={false} items={[
                                        { label: t('edit'), icon: 'pen', onSelect: () => open(x.id) },
                                        { label: t('remove'), icon: 'trash', danger: true, onSelect: () => void remove(x) },
                                    ]}><Icon name="more" /></MenuButton>}</td>
                                </tr>
                            );
                        })}</tbody>
                    </table></div>
                )}
            {canEdit && asked && people.data && (asked === 'new' || edited) && <TeamDialog key={asked} team={edited ?? null} people={people.data} onClose={() => open(null)} onSaved={list.reload} />}
        </SettingsPage>
    );
}
