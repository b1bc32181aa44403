import { useState } from 'preact/hooks';
import { api } from 'app/api';
import { setLocale } from 'app/i18n';
import { useResource } from 'app/resource';
import { me, start } from 'app/session';
import { SettingsPage } from 'app/settings';
import { setTheme, theme } from 'app/theme';
import { setUtc, userZone, utc } from 'app/time';
import type { Page, User } from 'app/types';
import { Avatar, Button, Failed, Field, Input, Segmented, Select, Skeleton, Time, toast, toastError, useForm } from 'kit';
import { t } from './settings-strings';
import { timeZones } from './zones';

type Session = { id: string; device: string; peer: string; current: boolean; created_at: string; seen_at: string };

/** "Firefox on Linux" out of what the browser calls itself. */
export function deviceName(agent: string): string {
    const browser = /Edg\//.test(agent) ? 'Edge' : /OPR\//.test(agent) ? 'Opera' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : '';
    const system = /Windows/.test(agent) ? 'Windows' : /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Mac OS/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : '';
    return [browser, system].filter(Boolean).join(' · ') || agent.slice(0, 60) || t('unknown_browser');
}

function About() {
    const u = me();
    const [f, setF] = useState({ name: u.name, locale: u.locale, time_zone: u.time_zone, avatar_color: u.avatar_color ?? 1 });
    const form = useForm();
    const save = async () => {
        const ok = await form.submit(async () => {
            await api.patch<User>('/people/me', f, '*');
            await start();
        });
        if (!ok) return;
        setLocale(f.locale);
        userZone.value = f.time_zone;
        toast(t('saved'));
    };
    return (
        <form class="form block" onSubmit={(e) => { e.preventDefault(); void save(); }}>
            {form.general(['name', 'locale', 'time_zone', 'avatar_color']) && <p class="form-error" role="alert">{form.general(['name', 'locale', 'time_zone'])}</p>}
            <div class="two">
                <Field label={t('name')} error={form.field('name')}>{(p) => <Input {...p} required maxLength={100} value={f.name} onChange={(name) => setF({ ...f, name })} />}</Field>
                <Field label={t('email')} help={t('email_help')}>{(p) => <Input {...p} value={u.email} onChange={() => undefined} disabled />}</Field>
                <Field label={t('language')} error={form.field('locale')}>{(p) => <Select {...p} value={f.locale} options={[{ value: 'en', label: 'English' }, { value: 'zh', label: '中文' }]} onChange={(locale) => setF({ ...f, locale })} />}</Field>
                <Field label={t('time_zone')} error={form.field('time_zone')}>{(p) => <>
                    <Input {...p} {...({ list: 'time-zones' } as object)} required value={f.time_zone} onChange={(time_zone) => setF({ ...f, time_zone })} />
                    <datalist id="time-zones">{timeZones(f.time_zone).map((z) => <option key={z} value={z} />)}</datalist>
                </>}</Field>
            </div>
            <Field label={t('color')}>{(p) => (
                <div class="swatches" role="group" aria-label={t('color')} {...p}>
                    {[1, 2, 3, 4, 5, 6].map((n) => (
                        <button type="button" key={n} aria-label={t('colour_n', { n })} aria-pressed={f.avatar_color === n} onClick={() => setF({ ...f, avatar_color: n })}>
                            <Avatar large person={{ name: f.name || u.name, avatar_color: n }} />
                        </button>
                    ))}
                </div>
            )}</Field>
            <div class="row"><Button type="submit" kind="primary" busy={form.busy}>{t('save')}</Button></div>
        </form>
    );
}

function Appearance() {
    return (
        <section class="block">
            <header><h2>{t('appearance')}</h2></header>
            <div class="set"><span>{t('theme')}</span><Segmented label={t('theme')} value={theme.value} onChange={setTheme}
                options={[{ value: 'system', label: t('theme_system') }, { value: 'light', label: t('theme_light') }, { value: 'dark', label: t('theme_dark') }]} /></div>
            <div class="set"><span>{t('times')}</span><Segmented label={t('times')} value={utc.value ? 'utc' : 'local'} onChange={(v) => setUtc(v === 'utc')}
                options={[{ value: 'local', label: t('times_local') }, { value: 'utc', label: t('times_utc') }]} /></div>
        </section>
    );
}

function Password() {
    const [now, setNow] = useState('');
    const [next, setNext] = useState('');
    const form = useForm();
    const save = async () => {
        if (!await form.submit(() => api.patch('/people/me', { current_password: now, password: next }, '*'))) return;
        setNow('');
        setNext('');
        toast(t('password_changed'));
    };
    const general = form.general(['current_password', 'password']);
    return (
        <section class="block">
            <header><h2>{t('password')}</h2></header>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                {general && <p class="form-error" role="alert">{general}</p>}
                <input type="text" autocomplete="username" value={me().email} hidden readOnly />
                <div class="two">
                    <Field label={t('current_password')} error={form.field('current_password')}>{(p) => <Input {...p} type="password" autocomplete="current-password" required value={now} onChange={setNow} />}</Field>
                    <Field label={t('new_password')} help={t('password_help')} error={form.field('password')}>{(p) => <Input {...p} type="password" autocomplete="new-password" required minLength={8} value={next} onChange={setNext} />}</Field>
                </div>
                <div class="row"><Button type="submit" busy={form.busy}>{t('change_password')}</Button></div>
            </form>
        </section>
    );
}

function Sessions() {
    const list = useResource('sessions', () => api.get<Page<Session>>('/sessions'));
    const end = async (s: Session) => {
        try {
            await api.delete(`/sessions/${s.id}`);
            list.set((old) => old && { ...old, items: old.items.filter((x) => x.id !== s.id) });
        } catch (e) { toastError(e); }
    };
    const endOthers = async () => {
        try {
            await api.delete('/sessions?keep_current=true');
            toast(t('signed_out_others'));
            await list.reload();
        } catch (e) { toastError(e); }
    };
    return (
        <section class="block">
            <header><h2>{t('sessions')}</h2>{(list.data?.items.length ?? 0) > 1 && <Button onClick={endOthers}>{t('sign_out_others')}</Button>}</header>
            <p class="sub">{t('sessions_body')}</p>
            {list.error && !list.data ? <Failed error={list.error} retry={list.reload} /> : !list.data ? <Skeleton lines={2} /> : (
                <ul class="items">{list.data.items.map((s) => (
                    <li key={s.id}>
                        <span class="grow">{deviceName(s.device)} <span class="quiet">{s.peer}{s.current && ` · ${t('this_browser')}`}</span></span>
                        <span class="quiet">{t('last_used')} <Time at={s.seen_at} /></span>
                        {!s.current && <Button onClick={() => end(s)}>{t('sign_out_one')}</Button>}
                    </li>
                ))}</ul>
            )}
        </section>
    );
}

export default function Profile() {
    return <SettingsPage title={t('profile')} about={t('profile_about')}><About /><Appearance /><Password /><Sessions /></SettingsPage>;
}
