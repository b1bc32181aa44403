import { useEffect, useState } from 'preact/hooks';
import { api, type ApiError } from 'app/api';
import { start } from 'app/session';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import type { Page } from 'app/types';
import { Button, Check, Dialog, Failed, Field, Input, Select, Skeleton, TextArea, toast, toastError, useForm } from 'kit';
import { Factors } from './factors';
import { Severities } from './severities';
import { words } from './server-words';
import { t } from './strings';

export type Setting = {
    key: string; type: 'text' | 'int' | 'bool' | 'choice' | 'secret' | 'json'; title: string; help: string; value: string; default: string;
    options: string[]; secret: boolean; is_set: boolean; min: number; max: number;
};

/** Saves one setting and brings what every page knows of the workspace up to date. */
export async function saveSetting(key: string, value: string): Promise<Setting> {
    const saved = await api.put<Setting>(`/settings/${key}`, { value });
    void start();
    toast(t('saved'));
    return saved;
}

function SecretDialog({ s, onClose, onSaved }: { s: Setting; onClose: () => void; onSaved: (s: Setting) => void }) {
    const [value, setValue] = useState('');
    const form = useForm();
    const save = async () => {
        if (await form.submit(async () => onSaved(await saveSetting(s.key, value)))) onClose();
    };
    return (
        <Dialog title={t('secret_for', { name: titleOf(s) })} onClose={onClose} footer={<Button kind="primary" busy={form.busy} onClick={save}>{t('save')}</Button>}>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                <Field label={titleOf(s)} help={helpOf(s)} error={form.field(s.key) ?? form.general([s.key])}>
                    {(p) => <Input {...p} type="password" autocomplete="off" data-autofocus value={value} onChange={setValue} />}
                </Field>
            </form>
        </Dialog>
    );
}

/** The control that fits the type; text is saved by Enter or by leaving it, everything else at once. */
function Control({ s, id, onSaved }: { s: Setting; id: string; onSaved: (s: Setting) => void }) {
    const [text, setText] = useState(s.value);
    const [wrong, setWrong] = useState('');
    const [asking, setAsking] = useState(false);
    useEffect(() => setText(s.value), [s.value]);
    const save = async (value: string) => {
        if (value === s.value) return;
        try {
            onSaved(await saveSetting(s.key, value));
            setWrong('');
        } catch (e) {
            setWrong((e as ApiError).fields?.[0]?.detail ?? (e as Error).message);
        }
    };
    if (s.type === 'bool') return <Check checked={s.value === 'true'} label={titleOf(s)} onChange={(on) => void save(String(on))}>{s.value === 'true' ? t('on') : t('off')}</Check>;
    if (s.type === 'choice') return <Select id={id} aria-label={titleOf(s)} value={s.value} options={s.options.map((o) => ({ value: o, label: said(o, o) }))} onChange={(v) => void save(v)} />;
    if (s.type === 'secret') return <div class="row">
        <span class="grow quiet">{s.is_set ? t('is_set') : t('not_set')}</span>
        <Button onClick={() => setAsking(true)}>{s.is_set ? t('replace') : t('set_secret')}</Button>
        {asking && <SecretDialog s={s} onClose={() => setAsking(false)} onSaved={onSaved} />}
    </div>;
    const events = { id, 'aria-label': titleOf(s), 'aria-invalid': wrong !== '', onBlur: () => void save(text) };
    return <div class={`field ${wrong ? 'wrong' : ''}`}>
        {s.type === 'json'
            ? <TextArea {...events} rows={4} value={text} onChange={setText} />
            : <form onSubmit={(e) => { e.preventDefault(); void save(text); }}><Input {...events} inputMode={s.type === 'int' ? 'numeric' : 'text'} value={text} onChange={setText} /></form>}
        {wrong && <p class="err" role="alert">{wrong}</p>}
    </div>;
}

/** One setting with its control; also for the pages of other features. */
export function SettingRow({ s, onSaved }: { s: Setting; onSaved: (s: Setting) => void }) {
    const id = `set-${s.key}`;
    return <div class={`set is-${s.type}`}>
        <div><label for={id}>{titleOf(s)}</label>{s.help && <p class="help">{helpOf(s)}</p>}</div>
        <Control s={s} id={id} onSaved={onSaved} />
    </div>;
}

/* Severities and factors have forms of their own; that sample data is loaded is not for people to say. */
const ownPlace = ['incident.severities', 'incident.causes', 'workspace.sample_data'];
/** The server words its settings in English; here stand those that are known in the reader's language. */
const said = (key: string, server: string) => t.any(key, words.any(key, server));
const titleOf = (s: Setting) => said(`${s.key} title`, s.title);
const helpOf = (s: Setting) => said(`${s.key} help`, s.help);
const groupOf = (s: Setting) => { const g = s.key.split('.')[0]!; return words.any(`group ${g}`, '') && g; };

export default function WorkspaceSettings() {
    const all = useResource('settings', () => api.get<Page<Setting>>('/settings'), ['settings']);
    const saved = (s: Setting) => all.set((old) => old && { ...old, items: old.items.map((x) => (x.key === s.key ? s : x)) });
    const items = all.data?.items.filter((s) => !ownPlace.includes(s.key) && !s.key.startsWith('ai.')) ?? [];
    const general = items.filter((s) => s.key.startsWith('workspace.'));
    const other = items.filter((s) => !s.key.startsWith('workspace.'));
    const groups = [...new Set(other.map(groupOf))].sort((a, b) => Number(!a) - Number(!b));
    const severities = all.data?.items.find((s) => s.key === 'incident.severities');
    const factors = all.data?.items.find((s) => s.key === 'incident.causes');
    return (
        <SettingsPage title={t('workspace')} about={t('workspace_about')}>
            {all.error && !all.data ? <Failed error={all.error} retry={all.reload} /> : !all.data ? <Skeleton /> : <>
                <section class="block">
                    <header><h2>{t('general')}</h2></header>
                    {general.map((s) => <SettingRow key={s.key} s={s} onSaved={saved} />)}
                </section>
                {severities && <Severities key={severities.value} value={severities.value} standard={severities.default} onSave={async (v) => {
                    try {
                        saved(await saveSetting(severities.key, v));
                    } catch (e) { toastError(e); }
                }} />}
                {factors && <Factors key={factors.value} value={factors.value} standard={factors.default} onSave={async (v) => {
                    try {
                        saved(await saveSetting(factors.key, v));
                    } catch (e) { toastError(e); }
                }} />}
                {groups.map((g) => <section class="block" key={g}>
                    <header><h2>{words.any(`group ${g}`, t('other'))}</h2></header>
                    {other.filter((s) => groupOf(s) === g).map((s) => <SettingRow key={s.key} s={s} onSaved={saved} />)}
                </section>)}
            </>}
        </SettingsPage>
    );
}
