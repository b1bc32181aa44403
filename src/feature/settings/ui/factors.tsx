import { useState } from 'preact/hooks';
import { Button, IconButton, Input } from 'kit';
import { keyFor } from './factor-key';
import { t } from './strings';

type Factor = { key: string; name: string; name_zh?: string | null };

/** The taxonomy of contributing factors: rows in the order in which they are offered, edited together and saved together. */
export function Factors({ value, standard, onSave }: { value: string; standard: string; onSave: (json: string) => Promise<void> }) {
    const before = JSON.parse(value) as Factor[];
    const [list, setList] = useState<Factor[]>(before);
    const named = list.filter((f) => f.name.trim());
    const json = (all: Factor[]) => JSON.stringify(all.map((f) => ({ key: f.key, name: f.name.trim(), ...(f.name_zh?.trim() ? { name_zh: f.name_zh.trim() } : {}) })));
    const set = (at: number, change: Partial<Factor>) => setList(list.map((f, k) => (k === at ? { ...f, ...change } : f)));
    const move = (at: number, to: number) => setList(list.map((f, k) => (k === at ? list[to]! : k === to ? list[at]! : f)));
    /* The key of a new row is made when it is saved, from the name that it has then. */
    const save = () => {
        const keys = named.map((f) => f.key);
        return onSave(json(named.map((f) => {
            if (f.key) return f;
            const key = keyFor(f.name, keys);
            keys.push(key);
            return { ...f, key };
        })));
    };
    return (
        <section class="block">
            <header><h2>{t.any('incident.causes title')}</h2></header>
            <p class="sub">{t('factors_about')}</p>
            <form onSubmit={(e) => { e.preventDefault(); void save(); }}>
                {list.map((f, k) => {
                    const name = f.name || `${k + 1}`;
                    return (
                        <div class="factor-row" key={f.key || `new ${k}`}>
                            <Input aria-label={`${name}: ${t('name')}`} maxLength={80} value={f.name} onChange={(v) => set(k, { name: v })} placeholder={t('name')} />
                            <Input aria-label={`${name}: ${t('name_zh')}`} maxLength={80} lang="zh" value={f.name_zh ?? ''} onChange={(v) => set(k, { name_zh: v })} placeholder={t('name_zh')} />
                            <IconButton small icon="up" label={t('move_up', { name })} disabled={k === 0} onClick={() => move(k, k - 1)} />
                            <IconButton small icon="down" label={t('move_down', { name })} disabled={k === list.length - 1} onClick={() => move(k, k + 1)} />
                            <IconButton small icon="x" label={t('remove_factor', { name })} onClick={() => setList(list.filter((_, j) => j !== k))} />
                        </div>
                    );
                })}
                <div class="row">
                    <Button icon="plus" disabled={list.length >= 100} onClick={() => setList([...list, { key: '', name: '' }])}>{t('add_factor')}</Button>
                    <Button type="submit" kind="primary" disabled={json(named) === json(before)}>{t('save')}</Button>
                    {json(named) !== json(JSON.parse(standard) as Factor[]) && <Button onClick={() => setList(JSON.parse(standard) as Factor[])}>{t('reset')}</Button>}
                </div>
            </form>
        </section>
    );
}
