/** Templates: what there is, which one is chosen by itself, and a way to make one's own. */
import { Button, Empty, Failed, Icon, LinkButton, MenuButton, Pill, Skeleton, Topbar, confirm, toast, toastError, type MenuItem } from 'kit';
import { api } from 'app/api';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { navigate } from 'app/router';
import { me } from 'app/session';
import type { Ref, Template } from 'app/types';
import { fileItems, keepRead, readFile } from './file';
import { t } from './strings';

type Match = { severity?: string[]; kind?: string[]; team_id?: string | null; channel_id?: string | null };
export const matchWords = (m: unknown, names: readonly Ref[]): string => {
    const given = (m ?? {}) as Match;
    const place = [given.team_id, given.channel_id].filter(Boolean).map((id) => names.find((x) => x.id === id)?.name ?? t('gone'));
    return [...(given.severity ?? []), ...(given.kind ?? []).map((k) => t.any(k)), ...place].join(', ');
};

export default function Templates() {
    const all = useResource('templates', () => api.all<Template>('/templates'), ['templates']);
    const placed = !!all.data?.some((x) => (x.match as Match | null)?.team_id || (x.match as Match | null)?.channel_id);
    const names = useResource(placed ? 'names of rules' : null, async () => (await Promise.all([api.all<Ref>('/teams'), api.all<Ref>('/channels')])).flat(), ['teams', 'channels']).data ?? [];
    const manager = may(me().role, 'manager');
    const run = async (work: () => Promise<unknown>, done: string) => {
        try {
            await work();
            toast(done);
            await all.reload();
        } catch (e) {
            toastError(e);
        }
    };
    const copy = async (x: Template) => {
        try {
            const made = await api.post<Template>(`/templates/${x.id}/copy`, {});
            toast(t('copied', { name: made.name }));
            navigate(`/templates/${made.id}`);
        } catch (e) {
            toastError(e);
        }
    };
    const remove = async (x: Template) => {
        if (await confirm({ title: t('remove_title', { name: x.name }), body: t('remove_body'), action: t('remove'), danger: true })) await run(() => api.delete(`/templates/${x.id}`, x.version), t('removed', { name: x.name }));
    };
    const items = (x: Template): (MenuItem | false)[] => [
        { label: x.built_in ? t('view') : t('edit'), onSelect: () => navigate(`/templates/${x.id}`) },
        { label: t('copy'), onSelect: () => void copy(x) },
        !x.is_default && { label: t('make_default'), onSelect: () => void run(() => api.post(`/templates/${x.id}/default`), t('made_default', { name: x.name })) },
        ...fileItems(x),
        !x.built_in && { label: t('remove'), onSelect: () => void remove(x) },
    ];
    return <>
        <Topbar title={t('templates')}>{manager && <Button icon="up" onClick={() => void readFile((f) => { keepRead(f); navigate('/templates/new'); })}>{t('import')}</Button>}
            {manager && <LinkButton kind="primary" icon="plus" href="/templates/new">{t('new_template')}</LinkButton>}</Topbar>
        <div class="page tpl-page">
            <p class="soft tpl-lead">{t('lead')}</p>
            {all.error && !all.data ? <Failed error={all.error} retry={all.reload} /> : !all.data ? <Skeleton lines={8} />
                : all.data.length === 0 ? <Empty icon="layout" title={t('templates')} />
                : (['en', 'zh'] as const).map((language) => (
                    <section class="block" key={language}>
                        <h2>{t(language)}</h2>
                        <ul class="tpl-list">{all.data!.filter((x) => x.language === language).map((x) => (
                            <li key={x.id} lang={x.language}>
                                <Icon name="layout" />
                                <div class="grow">
                                    <div class="row"><a class="strong" href={`/templates/${x.id}`}>{x.name}</a>
                                        {x.is_default && <Pill small tone="run">{t('default')}</Pill>}
                                        {x.built_in && <Pill small tone="outline">{t('built_in')}</Pill>}
                                        {x.team && <Pill small tone="outline">{x.team.name}</Pill>}</div>
                                    {x.description && <p class="soft">{x.description}</p>}
                                    <p class="quiet clip">{x.sections.map((s) => s.heading).join(' · ')}</p>
                                </div>
                                {matchWords(x.match, names) && <span class="quiet nowrap wide-only">{t('used_for')} {matchWords(x.match, names)}</span>}
                                {manager ? <MenuButton class="btn plain icon" chevron={false} align="end" label={`${t('more')}: ${x.name}`} items={items(x)}><Icon name="more" /></MenuButton>
                                    : <Button kind="plain" onClick={() => navigate(`/templates/${x.id}`)}>{t('view')}</Button>}
                            </li>
                        ))}</ul>
                    </section>
                ))}
        </div>
    </>;
}
