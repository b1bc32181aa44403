/** What is set for e-mail: the mailbox that is looked into, and rules about what a message says. */
import { useState } from 'preact/hooks';
import { api } from 'app/api';
import { Button, Field, IconButton, Input, Select, toast, useForm } from 'kit';
import { t } from './strings';
import type { Integration, Mapping } from './types';

type MailRule = { field: string; contains: string; severity?: string; status?: string };
type MailMapping = { mailbox?: { url: string; user: string }; rules?: MailRule[]; resolve_words?: string[] };

function tidy(m: MailMapping): Mapping | null {
    const mailbox = m.mailbox && (m.mailbox.url || m.mailbox.user) ? m.mailbox : undefined;
    const rules = (m.rules ?? []).filter((r) => r.contains.trim()).map((r) => ({ field: r.field, contains: r.contains.trim(), ...(r.severity ? { severity: r.severity } : {}), ...(r.status ? { status: r.status } : {}) }));
    const out = { ...(mailbox ? { mailbox } : {}), ...(rules.length ? { rules } : {}), ...(m.resolve_words?.length ? { resolve_words: m.resolve_words } : {}) };
    return Object.keys(out).length ? out : null;
}

function Rules({ rules, error, onChange }: { rules: MailRule[]; error: (f: string) => string | undefined; onChange: (r: MailRule[]) => void }) {
    const set = (i: number, part: Partial<MailRule>) => onChange(rules.map((r, k) => (k === i ? { ...r, ...part } : r)));
    return (
        <fieldset class="conditions">
            <legend>{t('mail_rules')}</legend>
            {rules.map((r, i) => (
                <div class="condition mail-rule" key={i}>
                    <Select aria-label={t('mail_field')} value={r.field} onChange={(field) => set(i, { field })} options={['subject', 'body', 'from'].map((f) => ({ value: f, label: t.any(`mail_${f}`) }))} />
                    <Input aria-label={t('mail_contains')} placeholder={t('mail_contains')} value={r.contains} onChange={(contains) => set(i, { contains })} />
                    <Select aria-label={t('severity')} value={r.severity ?? ''} onChange={(severity) => set(i, { severity })} options={[{ value: '', label: t('as_told') }, ...['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'].map((s) => ({ value: s, label: s }))]} />
                    <Select aria-label={t('status')} value={r.status ?? ''} onChange={(status) => set(i, { status })} options={[{ value: '', label: t('as_told') }, { value: 'firing', label: t('firing') }, { value: 'resolved', label: t('resolved') }, { value: 'ignored', label: t('mail_ignored') }]} />
                    <IconButton icon="x" label={t('remove')} onClick={() => onChange(rules.filter((_, k) => k !== i))} />
                    {error(`mapping.rules[${i}].contains`) && <p class="err">{error(`mapping.rules[${i}].contains`)}</p>}
                </div>
            ))}
            <Button kind="plain" icon="plus" onClick={() => onChange([...rules, { field: 'subject', contains: '' }])}>{t('mail_add_rule')}</Button>
        </fieldset>
    );
}

export function MailSettings({ i, onSaved }: { i: Integration; onSaved: (i: Integration) => void }) {
    const [m, setM] = useState<MailMapping>((i.mapping ?? {}) as MailMapping);
    const [words, setWords] = useState((m.resolve_words ?? []).join(', '));
    const [password, setPassword] = useState('');
    const form = useForm();
    const box = m.mailbox ?? { url: '', user: '' };
    const save = () => form.submit(async () => {
        const mapping = tidy({ ...m, resolve_words: words.split(/[,，]/).map((w) => w.trim()).filter(Boolean) });
        onSaved(await api.patch<Integration>(`/integrations/${i.id}`, { mapping, ...(password ? { secret: password } : {}) }, i.version));
        setPassword('');
        toast(t('saved'));
    });
    return (
        <section class="block">
            <header><h2>{t('mail_settings')}</h2></header>
            <p class="sub">{t('mail_about')}</p>
            <form class="form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
                <Field label={t('mail_url')} optional error={form.field('mapping.mailbox.url')}>{(p) => <Input {...p} class="mono" placeholder="imaps://imap.example.com/INBOX" value={box.url} onChange={(url) => setM({ ...m, mailbox: { ...box, url } })} />}</Field>
                <div class="two">
                    <Field label={t('mail_user')} error={form.field('mapping.mailbox.user')} optional>{(p) => <Input {...p} autoComplete="off" value={box.user} onChange={(user) => setM({ ...m, mailbox: { ...box, user } })} />}</Field>
                    <Field label={i.has_secret ? t('mail_password_new') : t('mail_password')} optional error={form.field('secret')}>{(p) => <Input {...p} type="password" autoComplete="new-password" maxLength={1000} value={password} onChange={setPassword} />}</Field>
                </div>
                <Rules rules={m.rules ?? []} error={form.field} onChange={(rules) => setM({ ...m, rules })} />
                <Field label={t('map_resolved')} help={t('map_resolved_help')} optional>{(p) => <Input {...p} placeholder="all good, 正常" value={words} onChange={setWords} />}</Field>
                {form.general(['mapping.mailbox.url', 'mapping.mailbox.user', 'secret']) && <p class="form-error">{form.general(['mapping.mailbox.url', 'mapping.mailbox.user', 'secret'])}</p>}
                <div class="row"><Button kind="primary" busy={form.busy} type="submit">{t('save')}</Button></div>
            </form>
        </section>
    );
}
