import { useState } from 'preact/hooks';
import type { SeverityDef } from 'app/types';
import { Button, Input, Severity } from 'kit';
import { t } from './strings';

/** Names, colours and meanings of the five severities, edited together and saved together. */
export function Severities({ value, standard, onSave }: { value: string; standard: string; onSave: (json: string) => Promise<void> }) {
    const [list, setList] = useState<SeverityDef[]>(() => JSON.parse(value) as SeverityDef[]);
    const changed = JSON.stringify(list) !== JSON.stringify(JSON.parse(value));
    const isStandard = JSON.stringify(list) === JSON.stringify(JSON.parse(standard));
    const set = (key: string, change: Partial<SeverityDef>) => setList(list.map((s) => (s.key === key ? { ...s, ...change } : s)));
    return (
        <section class="block">
            <header><h2>{t('severities')}</h2></header>
            <p class="sub">{t('severities_about')}</p>
            <form onSubmit={(e) => { e.preventDefault(); void onSave(JSON.stringify(list)); }}>
                {list.map((s) => (
                    <div class="sev-row" key={s.key}>
                        <Severity value={s.key} />
                        <input type="color" aria-label={`${s.key}: ${t('color')}`} value={s.color ?? '#80878f'} onInput={(e) => set(s.key, { color: e.currentTarget.value })} />
                        <Input aria-label={`${s.key}: ${t('name')}`} required maxLength={40} value={s.name} onChange={(name) => set(s.key, { name })} />
                        <Input aria-label={`${s.key}: ${t('meaning')}`} maxLength={300} value={s.description} onChange={(description) => set(s.key, { description })} />
                    </div>
                ))}
                <div class="row">
                    <Button type="submit" kind="primary" disabled={!changed}>{t('save')}</Button>
                    {!isStandard && <Button onClick={() => setList(JSON.parse(standard) as SeverityDef[])}>{t('reset')}</Button>}
                </div>
            </form>
        </section>
    );
}
