/** What the settings pages of the chat tools share: keys, their test, the steps on the other side, and how it goes. */
import { useState } from 'preact/hooks';
import { Button, Failed, Field, Input, Skeleton, Status, Time, toast, useForm, type Tone } from 'kit';
import { api } from 'app/api';
import type { Page } from 'app/types';
import { useResource } from 'app/resource';
import type { Setting } from '../../settings/ui/workspace';
import { t } from './strings';

/** A secret of a tool: the setting it is kept in, its name and help in the dictionary. */
export type Key = { setting: string; label: string; help: string };
type Place = { source: string; channel: string; waiting: number; error: string | null; since_at: string };
export type State = {
    connections: { number: number; state: 'connecting' | 'connected' | 'waiting'; error: string | null; since_at: string }[];
    heard_at: string | null; waiting: number; failed: number; last_failure: string | null; held: Place[]; dropped: Place[];
};

const useChatState = () => useResource('chat-state', () => api.get<State>('/chat/state'), ['chat', 'settings']);

/** The keys of a tool, and what the other side says when they are tried. `test` gives the sentence that says it works. */
export function Keys({ keys, tested, test }: { keys: Key[]; tested: string; test: () => Promise<string> }) {
    const all = useResource('settings', () => api.get<Page<Setting>>('/settings'), ['settings']);
    const [d, setD] = useState<Record<string, string>>({});
    const [found, setFound] = useState('');
    const form = useForm();
    if (!all.data) return all.error ? <Failed error={all.error} retry={all.reload} /> : <Skeleton />;
    const has = (key: string) => !!all.data!.items.find((s) => s.key === key)?.is_set;
    const given = keys.filter((k) => d[k.setting]?.trim());
    const put = (key: string, value: string) => { setD({ ...d, [key]: value }); setFound(''); form.clear(); };
    const write = (key: string, value: string, said: string) => form.submit(async () => {
        await api.put(`/settings/${key}`, { value });
        await all.reload();
        toast(said);
    });
    const save = () => form.submit(async () => {
        for (const k of given) await api.put(`/settings/${k.setting}`, { value: d[k.setting]!.trim() });
        setD({});
        await all.reload();
        toast(t('saved'));
    });
    return (
        <section class="block">
            <header><h2>{t('keys')}</h2></header>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                {form.general([]) && <p class="form-error" role="alert">{form.general([])}</p>}
                {keys.map((k) => (
                    <Field key={k.setting} label={k.label} help={<>{has(k.setting) ? t('kept') : k.help}{has(k.setting) && <> <Button onClick={() => void write(k.setting, '', t('removed'))}>{t('remove')}</Button></>}</>}>
                        {(p) => <Input {...p} type="password" autocomplete="new-password" maxLength={2000} value={d[k.setting] ?? ''} onChange={(v) => put(k.setting, v)} />}
                    </Field>
                ))}
                {found && <p role="status"><Status tone="ok" icon="done">{found}</Status></p>}
                <div class="row">
                    <Button kind="primary" type="submit" busy={form.busy} disabled={!given.length}>{t('save')}</Button>
                    <Button icon="wave" busy={form.busy} disabled={!has(tested)} onClick={() => form.submit(async () => { setFound(''); setFound(await test()); })}>{t('test')}</Button>
                </div>
            </form>
        </section>
    );
}

/** A text to paste on the other side. */
export function Copy({ text }: { text: string }) {
    const copy = async () => { await navigator.clipboard.writeText(text); toast(t('copied')); };
    return <><pre tabIndex={0}>{text}</pre><div class="row"><Button icon="copy" onClick={copy}>{t('copy')}</Button></div></>;
}

const tones: Record<State['connections'][number]['state'], Tone> = { connected: 'ok', connecting: 'run', waiting: 'bad' };

/** Connections, what waits and what failed last; nothing when there is nothing to say. */
export function HowItGoes({ source }: { source: string }) {
    const { data } = useChatState();
    if (!data) return null;
    const slack = source === 'slack', mine = (p: Place) => p.source === source || (slack && p.source === 'slack_answer');
    const held = data.held.filter(mine), dropped = data.dropped.filter(mine), lines = slack ? data.connections : [];
    if (!lines.length && !held.length && !dropped.length && !(slack && (data.heard_at || data.failed))) return null;
    return (
        <section class="block" aria-live="polite">
            <header><h2>{t('state')}</h2></header>
            {lines.map((l) => (
                <p key={l.number}><Status tone={tones[l.state]}>{t('line', { n: l.number })}: {t(`line_${l.state}`)}</Status> <span class="soft">{t('since')} <Time at={l.since_at} /></span>{l.error && <><br /><span class="soft">{l.error}</span></>}</p>
            ))}
            {slack && data.heard_at && <p>{t('heard')} <Time at={data.heard_at} />{data.waiting > 0 && <> · {t('waiting_in', { n: data.waiting })}</>}</p>}
            {slack && data.failed > 0 && <p><Status tone="warn">{t('failed_in', { n: data.failed })}</Status>{data.last_failure && <><br /><span class="soft">{data.last_failure}</span></>}</p>}
            {held.map((p) => <p key={p.channel}><Status tone="warn">{t('held', { n: p.waiting, channel: p.channel || t('all_incidents') })}</Status> <span class="soft">{t('since')} <Time at={p.since_at} /></span>{p.error && <><br /><span class="soft">{p.error}</span></>}</p>)}
            {dropped.map((p, i) => <p key={i}><Status tone="bad">{t('dropped', { channel: p.channel || t('all_incidents') })}</Status> <span class="soft"><Time at={p.since_at} /></span><br /><span class="soft">{p.error}</span></p>)}
        </section>
    );
}
