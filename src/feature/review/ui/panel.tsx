/** Readiness: rule by rule, with a way to what is missing. */
import { Failed, Icon, Skeleton } from 'kit';
import { api } from 'app/api';
import { useResource, type Resource } from 'app/resource';
import { navigate, setQuery } from 'app/router';
import type { Page, Report, ReviewRule } from 'app/types';
import type { LiveDocument } from '../../report/ui/live-document';
import { t } from './strings';

export type Checklist = Resource<ReviewRule[]>;

export function useChecklist(report: Report): Checklist {
    return useResource(`checklist ${report.id}`, async () => (await api.get<Page<ReviewRule>>(`/reports/${report.id}/checklist`)).items, [`report:${report.id}`, `comments:${report.id}`]);
}

const LOOK = { blocks: ['not', 'bad'], open: ['warning', 'warn'], done: ['check', 'ok'] } as const;
/** Rules whose reason is not in their words. */
const WHY = new Set<string>(['impact', 'times', 'detection', 'causes', 'checks', 'vague', 'customers', 'alt_text']);
const ORDER = { blocks: 0, open: 1, done: 2 };

export function ReadinessPanel({ report, live, list }: { report: Report; live: LiveDocument | null; list: Checklist }) {
    if (!list.data) return list.error ? <Failed error={list.error} retry={list.reload} /> : <Skeleton lines={6} />;
    const rules = [...list.data].sort((a, b) => ORDER[a.state] - ORDER[b.state]);
    const jump = (name: string) => {
        const editor = live?.editor.value;
        const s = live?.facts.value.sections.find((x) => x.title.trim() === name);
        if (editor && live && s) live.mod.jumpTo(editor, s.pos);
    };
    const go = (r: ReviewRule, name: string) => {
        const first = report.incidents[0]?.reference;
        if (r.rule === 'sections') jump(name);
        else if (['follow_ups', 'checks', 'vague'].includes(r.rule)) navigate(`/follow-ups/${name}`);
        else if (r.rule === 'times' && first) navigate(`/incidents/${first}`);
        else if (r.rule === 'detection' || r.rule === 'customers') jumpToSection(r.rule === 'detection' ? 'detection' : 'communication', name);
        else if (r.rule === 'alt_text') toPicture(Number(name) || 0, name);
        else if (/^INC-/.test(name)) navigate(`/incidents/${name}`);
        else if (r.rule === 'causes') toWords(name);
        else setQuery({ panel: 'details' });
    };
    const editor = live?.editor.value;
    /** The section by its key; without one, the incident. */
    const jumpToSection = (key: string, incident: string) => {
        const h = editor?.view.dom.querySelector(`[data-section="${key}"]`);
        const s = live?.facts.value.sections.find((x) => x.key === key);
        if (editor && live && s) live.mod.jumpTo(editor, s.pos);
        else if (h) h.scrollIntoView({ block: 'center' });
        else navigate(`/incidents/${incident}`);
    };
    const toPicture = (n: number, caption: string) => {
        const all = [...(editor?.view.dom.querySelectorAll('img') ?? [])];
        (all[n - 1] ?? all.find((x) => x.closest('figure')?.textContent?.includes(caption)))?.scrollIntoView({ block: 'center' });
    };
    const toWords = (words: string) => {
        let at = -1;
        editor?.state.doc.descendants((n, pos) => { if (at < 0 && n.isTextblock && n.textContent.includes(words)) at = pos + 1; return at < 0; });
        if (editor && live && at >= 0) live.mod.jumpTo(editor, at);
    };
    const shown = (r: ReviewRule, name: string) => (r.rule === 'times' ? t.any(name, name) : r.rule === 'alt_text' && /^\d+$/.test(name) ? t('picture', { n: Number(name) }) : name);
    return (
        <div class="readiness">
            <p class="soft">{rules.every((r) => r.state === 'done') ? t('ready') : t('lead')}</p>
            <ul>
                {rules.map((r) => (
                    <li key={r.rule} class={`ready-rule ${r.state}`}>
                        <Icon name={LOOK[r.state][0]} />
                        <div>
                            <p>{r.state === 'done' ? t(`${r.rule}_done`) : t(r.rule, { n: r.count })}{r.state === 'blocks' && <span class="ready-tag">{t('blocks')}</span>}</p>
                            {r.state !== 'done' && WHY.has(r.rule) && <p class="soft">{t.any(`${r.rule}_why`)}</p>}
                            {r.names.length > 0 && <p class="ready-names">{r.names.map((n) => <button type="button" key={n} class="link" onClick={() => go(r, n)}>{shown(r, n)}</button>)}</p>}
                            {r.state !== 'done' && (r.rule === 'comments' || r.rule === 'suggestions') && <p class="ready-names"><button type="button" class="link" onClick={() => setQuery({ panel: 'comments' })}>{t('show')}</button></p>}
                        </div>
                    </li>
                ))}
            </ul>
            <p class="vh">{report.reference}</p>
        </div>
    );
}
