/** A payload as a tree whose values are clicked to say where a field of the mapping stands. */
import { Icon } from 'kit';
import { t } from './strings';
import type { Mapping } from './types';

const MOST = 60;                               /* entries of one list or object that are shown */

/** RFC 6901: "~" and "/" in names are written otherwise. */
const token = (name: string | number): string => String(name).replaceAll('~', '~0').replaceAll('/', '~1');

/** A path in the payload as the mapping has it: from the alert when it stands in one, else from the whole body. */
export function pointerOf(path: readonly (string | number)[], mapping: Mapping, payload: unknown): string {
    const whole = path.map((p) => `/${token(p)}`).join('');
    const told = mapping['alerts'];
    const list = typeof told === 'string' && told ? told.replace(/^#/, '')
        : Array.isArray(payload) ? '' : Array.isArray((payload as { alerts?: unknown } | null)?.alerts) ? '/alerts' : null;
    if (list === null) return whole;
    const inside = whole.startsWith(`${list}/`) ? /^\/\d+(\/.*)?$/.exec(whole.slice(list.length)) : null;
    return inside?.[1] ?? `#${whole}`;
}

type Props = { value: unknown; path: (string | number)[]; onPick: (path: (string | number)[]) => void };

function Leaf({ value, path, onPick }: Props) {
    const text = JSON.stringify(value) ?? '';
    return <button type="button" class="json-leaf" data-path={path.join('.')} onClick={() => onPick(path)}>{text.length > 120 ? `${text.slice(0, 120)}…` : text}</button>;
}

function Branch({ value, path, onPick }: Props) {
    if (typeof value !== 'object' || value === null) return <Leaf value={value} path={path} onPick={onPick} />;
    const entries: [string | number, unknown][] = Array.isArray(value) ? value.map((v, i) => [i, v]) : Object.entries(value);
    return (
        <ul>{entries.slice(0, MOST).map(([name, v]) => {
            const here = [...path, name], nested = typeof v === 'object' && v !== null;
            return (
                <li key={name}>
                    {nested ? <button type="button" class="json-key" data-path={here.join('.')} onClick={() => onPick(here)}>{name}{Array.isArray(v) ? ' [ ]' : ''}</button> : <span class="json-name">{name}</span>}
                    {nested ? <Branch value={v} path={here} onPick={onPick} /> : <Leaf value={v} path={here} onPick={onPick} />}
                </li>
            );
        })}{entries.length > MOST && <li class="quiet">…</li>}</ul>
    );
}

export function Picker({ text, mapping, field, onPick }: { text: string; mapping: Mapping; field: string; onPick: (pointer: string) => void }) {
    let payload: unknown;
    try { payload = JSON.parse(text); } catch { return <p class="form-error">{t('bad_json')}</p>; }
    return (
        <div class="json-tree" role="group" aria-label={t('captured')}>
            <p class="help quiet"><Icon name="link" small /> {t('pick_for', { field })}</p>
            <Branch value={payload} path={[]} onPick={(path) => onPick(pointerOf(path, field === t('map_alerts') ? {} : mapping, field === t('map_alerts') ? {} : payload))} />
        </div>
    );
}
