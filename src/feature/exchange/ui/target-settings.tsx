/** Settings → Confluence: where pages go, as whom, and whether that works. */
import { useState } from 'preact/hooks';
import { Button, Failed, Field, Input, Skeleton, Status, Time, confirm, toast, toastError, useForm } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import { t } from './strings';

type Target = { kind: string; configured: boolean; site: string; space: string; parent: string | null; account: string; has_secret: boolean; place: string; updated_at: string | null; version: number };
type Draft = { site: string; space: string; parent: string; account: string; secret: string };
const FIELDS = ['site', 'space', 'parent', 'account', 'secret'] as const;
const PATH = '/export-targets/confluence';
const draftOf = (x: Target): Draft => ({ site: x.site, space: x.space, parent: x.parent ?? '', account: x.account, secret: '' });
const bodyOf = (d: Draft) => ({ site: d.site, space: d.space, parent: d.parent || null, account: d.account, secret: d.secret || null });

export default function TargetSettings() {
    const one = useResource<Target>('export target confluence', () => api.get<Target>(PATH));
    return (
        <SettingsPage title="Confluence" about={t('target_about')}>
            {!one.data ? (one.error ? <Failed error={one.error} retry={one.reload} /> : <Skeleton />) : <Form key={one.data.version} target={one.data} set={one.set} reload={one.reload} />}
        </SettingsPage>
    );
}

function Form({ target, set, reload }: { target: Target; set: (x: Target) => void; reload: () => Promise<void> }) {
    const [d, setD] = useState<Draft>(() => draftOf(target));
    const [found, setFound] = useState('');
    const form = useForm();
    const put = (part: Partial<Draft>) => { setD({ ...d, ...part }); setFound(''); form.clear(); };
    const whole = d.site.trim() && d.space.trim() && d.account.trim() && (d.secret || target.has_secret);
    const dirty = FIELDS.some((k) => d[k] !== draftOf(target)[k]);
    const test = () => form.submit(async () => {
        setFound('');
        setFound((await api.post<{ place: string }>(`${PATH}/test`, bodyOf(d))).place);
    });
    const save = () => form.submit(async () => {
        set(await api.put<Target>(PATH, bodyOf(d), target.version));
        toast(t('target_saved'));
    });
    const remove = async () => {
        if (!await confirm({ title: t('target_remove_title'), body: t('target_remove_body'), action: t('target_remove'), danger: true })) return;
        try {
            await api.delete(PATH, target.version);
            await reload();
        } catch (e) {
            toastError(e);
        }
    };
    const field = (key: (typeof FIELDS)[number], more: Record<string, unknown> = {}, optional = false) => (
        <Field label={t(`target_${key}`)} help={key === 'secret' && target.has_secret ? t('target_secret_kept') : t(`target_${key}_help`)} optional={optional} error={form.field(key)}>
            {(p) => <Input {...p} {...more} maxLength={500} value={d[key]} onChange={(v) => put({ [key]: v })} />}
        </Field>
    );
    return <>
        <section class="block">
            <header><h2>{target.configured ? target.place : t('target_new')}</h2>{target.configured && <Status tone="ok" icon="done">{t('target_on')}</Status>}</header>
            <form class="form" onSubmit={(e) => { e.preventDefault(); if (whole) void save(); }}>
                {form.general([...FIELDS]) && <p class="form-error" role="alert">{form.general([...FIELDS])}</p>}
                {field('site', { placeholder: 'https://example.atlassian.net', inputMode: 'url' })}
                {field('space', { placeholder: 'ENG' })}
                {field('parent', {}, true)}
                {field('account', { type: 'email', placeholder: 'name@example.com', autocomplete: 'off' })}
                {field('secret', { type: 'password', autocomplete: 'new-password' })}
                {found && <p role="status"><Status tone="ok" icon="done">{t('target_found', { place: found })}</Status></p>}
                <div class="row">
                    <Button kind="primary" type="submit" busy={form.busy} disabled={!whole || (!dirty && target.configured)}>{t('target_save')}</Button>
                    <Button icon="wave" busy={form.busy} disabled={!whole} onClick={test}>{t('target_test')}</Button>
                    {target.configured && <Button kind="danger" onClick={remove}>{t('target_remove')}</Button>}
                </div>
                {target.updated_at && <p class="quiet">{t('target_updated')} <Time at={target.updated_at} none="" /></p>}
            </form>
        </section>
        <section class="block"><header><h2>{t('target_how')}</h2></header><ul class="target-how">{(['target_how_1', 'target_how_2', 'target_how_3', 'target_how_4'] as const).map((k) => <li key={k}>{t(k)}</li>)}</ul></section>
    </>;
}
