/** Channels and services have one form, so they have one screen. */
import { useRef, useState } from 'preact/hooks';
import { api, type ApiError } from 'app/api';
import { useListKeys } from 'app/keys';
import { may } from 'app/registry';
import { href, path as page, query, setQuery } from 'app/router';
import { useResource } from 'app/resource';
import { me } from 'app/session';
import { SettingsPage } from 'app/settings';
import type { Page, Ref } from 'app/types';
import { Button, confirm, Dialog, Empty, Failed, Field, Input, MenuButton, RefPicker, Select, Skeleton, TextArea, toast, toastError, useForm, Icon, type IconName } from 'kit';
import { t } from './strings';

type Item = { id: string; name: string; description: string; team_id: string | null; tier?: number; depends_on_ids?: string[]; version: number };
type Words = { title: string; about: string; add: string; edit: string; empty: string; emptyBody: string; icon: IconName };
type Props = { path: string; topic: string; tiered: boolean; words: Words };

function Editor({ item, others, teams, path, tiered, words, onClose, onSaved }: Omit<Props, 'topic'> & {
    item: Item | null; others: Item[]; teams: Ref[]; onClose: () => void; onSaved: () => void;
}) {
    const [f, setF] = useState({ name: item?.name ?? '', description: item?.description ?? '', team: teams.filter((x) => x.id === item?.team_id), tier: String(item?.tier ?? 3),
        needs: others.filter((x) => item?.depends_on_ids?.includes(x.id)) as Ref[] });
    const [version, setVersion] = useState(item?.version ?? 0);
    const [conflict, setConflict] = useState(false);
    const form = useForm();
    const fields = ['name', 'description', 'team_id', 'tier', 'depends_on_ids'];
    const save = async () => {
        const body = { name: f.name, description: f.description, team_id: f.team[0]?.id ?? null, ...(tiered ? { tier: Number(f.tier), depends_on_ids: f.needs.map((x) => x.id) } : {}) };
        const ok = await form.submit(async () => {
            try {
                if (item) await api.patch(`${path}/${item.id}`, body, version);
                else await api.post(path, body);
            } catch (e) {
                if ((e as ApiError).status !== 412) throw e;
                setVersion((await api.get<Item>(`${path}/${item!.id}`)).version);
                setConflict(true);
                throw e;
            }
        });
        if (!ok) return;
        toast(t('saved', { name: f.name }));
        onSaved();
        onClose();
    };
    const general = conflict && form.error?.status === 412 ? t('conflict') : form.general(fields);
    return (
        <Dialog title={item ? words.edit : words.add} onClose={onClose} footer={<>
            <Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button>
        </>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                {general && <p class="form-error" role="alert">{general}</p>}
                <Field label={t('name')} error={form.field('name')}>{(p) => <Input {...p} data-autofocus required maxLength={100} value={f.name} onChange={(name) => setF({ ...f, name })} />}</Field>
                <Field label={t('description')} error={form.field('description')} optional>{(p) => <TextArea {...p} value={f.description} onChange={(description) => setF({ ...f, description })} />}</Field>
                <Field label={t('team')} help={t('team_help')} error={form.field('team_id')} optional>{(p) => <RefPicker {...p} path="/teams" value={f.team} onChange={(team) => setF({ ...f, team })} />}</Field>
                {tiered && <Field label={t('tier')} error={form.field('tier')}>{(p) => (
                    <Select {...p} value={f.tier} options={(['1', '2', '3', '4'] as const).map((n) => ({ value: n, label: t(`tier_${n}`) }))} onChange={(tier) => setF({ ...f, tier })} />
                )}</Field>}
                {tiered && <Field label={t('depends_on')} help={t('depends_on_help')} error={form.field('depends_on_ids')} optional>{(p) => <RefPicker {...p} multiple path="/services" value={f.needs} onChange={(needs) => setF({ ...f, needs: needs.filter((x) => x.id !== item?.id) })} />}</Field>}
                <button type="submit" hidden />
            </form>
        </Dialog>
    );
}

export function Catalog({ path, topic, tiered, words }: Props) {
    const list = useResource(path, () => api.get<Page<Item>>(path), [topic]);
    const teams = useResource('teams', () => api.get<Page<Ref>>('/teams'), ['teams']);
    const asked = query.value.get('edit');
    const editing = asked === 'new' ? 'new' as const : list.data?.items.find((x) => x.id === asked);
    const edit = (id: string | null) => setQuery({ edit: id }, { push: id !== null });
    const rows = useRef<HTMLTableSectionElement>(null);
    useListKeys(rows);
    const canEdit = may(me().role, 'manager');
    const q = query.value.get('q') ?? '';
    const shown = list.data?.items.filter((x) => `${x.name} ${x.description}`.toLowerCase().includes(q.toLowerCase()));
    const teamName = (id: string | null) => teams.data?.items.find((x) => x.id === id)?.name ?? '';
    const remove = async (x: Item) => {
        if (!await confirm({ title: t('remove_title', { name: x.name }), body: t('remove_body'), action: t('remove'), danger: true })) return;
        try {
            await api.delete(`${path}/${x.id}`, x.version);
            list.set((old) => old && { ...old, items: old.items.filter((y) => y.id !== x.id) });
            toast(t('removed', { name: x.name }));
        } catch (e) { toastError(e); void list.reload(); }
    };
    const add = canEdit && <Button kind="primary" icon="plus" onClick={() => edit('new')}>{words.add}</Button>;
    return (
        <SettingsPage title={words.title} about={words.about} action={list.data?.items.length ? add : null}>
            {list.error && !list.data ? <Failed error={list.error} retry={list.reload} /> : !list.data || !shown ? <Skeleton />
                : list.data.items.length === 0 ? <Empty icon={words.icon} title={words.empty} action={add}>{words.emptyBody}</Empty> : <>
                    {list.data.items.length > 8 && <p class="row"><Input icon="search" data-search aria-label={t('search')} placeholder={t('search')} value={q} onChange={(v) => setQuery({ q: v || null })} /></p>}
                    <div class="scroll" tabIndex={0}><table class="table cards">
                        <thead><tr><th>{t('name')}</th><th>{t('team')}</th>{tiered && <th class="num">{t('tier')}</th>}<th /></tr></thead>
                        <tbody ref={rows}>{shown.map((x) => (
                            <tr key={x.id} data-row>
                                <td class="wrap">{canEdit ? <a class="ttl" href={href(page.value, { q: q || null, edit: x.id })}>{x.name}</a> : <span class="ttl">{x.name}</span>}
                                    {x.description && <div class="quiet">{x.description}</div>}</td>
                                <td>{teamName(x.team_id)}</td>
                                {tiered && <td class="num">{x.tier}</td>}
                                <td class="num end">{canEdit && <MenuButton class="btn plain icon" label={t('more')} chevron={false} items={[
                                    { label: t('edit'), icon: 'pen', onSelect: () => edit(x.id) },
                                    { label: t('remove'), icon: 'trash', danger: true, onSelect: () => void remove(x) },
                                ]}><Icon name="more" /></MenuButton>}</td>
                            </tr>
                        ))}</tbody>
                    </table></div>
                    {shown.length === 0 && <Empty title={t('nothing')} />}
                </>}
            {editing && canEdit && <Editor key={asked} item={editing === 'new' ? null : editing} others={list.data?.items ?? []} teams={teams.data?.items ?? []} path={path} tiered={tiered} words={words}
                onClose={() => edit(null)} onSaved={list.reload} />}
        </SettingsPage>
    );
}
