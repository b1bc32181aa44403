/** The report editor's screen: outline, paper, side panel. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Avatar, Failed, Icon, IconButton, Skeleton, Status, toast, useTitle, type IconName, type Tone } from 'kit';
import { bind, shown } from 'app/keys';
import { beforeLeave, query, setQuery, type ScreenProps } from 'app/router';
import { day, dayDistance, inUtc } from 'app/time';
import type { Report } from 'app/types';
import type { Threads } from '../../comment/ui/threads';
import { CommentsPanel } from '../../comment/ui/panel';
import { ReaderButton, useCommenting } from '../../comment/ui/commenting';
import { DraftPanel } from '../../draft/ui/panel';
import { WordingList, useWording } from '../../check/ui/wording';
import { ReadinessPanel, useChecklist } from '../../review/ui/panel';
import { ModeButton } from '../../comment/ui/suggesting';
import { DetailsPanel } from './details';
import { EvidencePanel } from './evidence';
import { Figures } from './figures';
import { FindBar } from './find-bar';
import { KeySheet } from './key-sheet';
import { HistoryPanel } from './history';
import { LiveDocument } from './live-document';
import { VersionView, versionAsked } from './version-view';
import { Outline } from './outline';
import { ShareButton, StateButton, StatePill } from './state';
import { t } from './strings';
import { Title } from './title';
import { useReport, type ReportHandle } from './use-report';

export default function EditScreen({ params }: ScreenProps) {
    const report = useReport(params['id']!);
    if (!report.data) return <div class="page">{report.error ? <Failed error={report.error} retry={report.reload} /> : <Skeleton lines={10} />}</div>;
    return <Workbench key={report.data.id} report={report.data} handle={report} />;
}

const PANELS = ['details', 'evidence', 'ai', 'comments', 'readiness', 'history'] as const;
type Panel = (typeof PANELS)[number];

/** Starts the document when the paper stands, ends it when the screen goes. */
function useDocument(report: Report): { live: LiveDocument | null; host: { current: HTMLDivElement | null }; failed: string } {
    const host = useRef<HTMLDivElement>(null);
    const [live, setLive] = useState<LiveDocument | null>(null);
    const [failed, setFailed] = useState('');
    useEffect(() => {
        let doc: LiveDocument | null = null;
        let gone = false;
        import('editor/editor').then((mod) => {
            if (gone || !host.current) return;
            doc = new LiveDocument(mod, report, host.current, t('document'));
            setLive(doc);
        }, (e: Error) => setFailed(e.message));
        return () => {
            gone = true;
            doc?.destroy();
        };
    }, []);
    useEffect(() => { live?.setReport(report); }, [live, report]);
    useEffect(() => {
        if (!live) return;
        return beforeLeave(() => live.safe || window.confirm(t('leave')));
    }, [live]);
    return { live, host, failed };
}

function Workbench({ report, handle }: { report: Report; handle: ReportHandle }) {
    const { live, host, failed } = useDocument(report);
    const [finding, setFinding] = useState<'' | 'find' | 'replace'>('');
    const [keys, setKeys] = useState(false);
    const paper = useRef<HTMLElement>(null);
    const threads = useCommenting(report, live);
    const wording = useWording(report, live);
    const checklist = useChecklist(report);
    const missing = checklist.data?.filter((r) => r.state !== 'done').length ?? 0;
    const asked = query.value.get('panel');
    const panel = PANELS.find((p) => p === asked) ?? null;
    useEffect(() => {
        const undo = [bind('mod+f', () => setFinding('find')), bind('mod+h', () => setFinding('replace')), bind('mod+/', () => setKeys(true)), bind('mod+s', () => toast(t('saves_itself')))];
        return () => undo.forEach((u) => u());
    }, []);
    useTitle(`${report.reference} ${report.title}`);
    const show = (p: Panel | null) => setQuery({ panel: p });
    const editor = live?.editor.value ?? null;
    return (
        <div class={`report ${panel ? 'panel-open' : ''} ${panel === 'history' && versionAsked() ? 'viewing' : ''}`}>
            <div class="topbar">
                <nav class="crumbs" aria-label={t('where')}><a href="/reports" class="wide-only">{t('reports')}</a><Icon name="right" small class="wide-only" /><span aria-current="page">{report.reference}</span></nav>
                <StatePill report={report} handle={handle} />
                <SaveLine live={live} report={report} />
                <span class="grow" />
                {live && <Here live={live} />}
                <ModeButton report={report} live={live} />
                <IconButton class="find-button" icon="search" label={`${t('find')} ${shown('mod+f')}`} onClick={() => setFinding('find')} />
                <span class="wide-only"><ShareButton report={report} /></span>
                <StateButton report={report} handle={handle} />
                <IconButton class="panel-toggle" icon="layout" label={t('panel')} onClick={() => show(panel ? null : 'details')} />
            </div>
            <Outline live={live} />
            <article class="paper" ref={paper} onMouseDown={(e) => {
                if (e.target === paper.current && editor && live) {
                    e.preventDefault();
                    live.mod.writeAtEnd(editor);
                }
            }}>
                {finding && editor && live && <FindBar live={live} editor={editor} replacing={finding === 'replace'} onReplacing={(on) => setFinding(on ? 'replace' : 'find')} onClose={() => setFinding('')} />}
                {keys && <KeySheet onClose={() => setKeys(false)} />}
                {editor && live && report.can_comment && !report.can_edit && <ReaderButton live={live} editor={editor} />}
                {panel === 'history' && versionAsked() && <VersionView report={report} handle={handle} />}
                <div class={`doc ${panel === 'history' && versionAsked() ? 'behind' : ''}`} lang={report.language}>
                    <Over report={report} />
                    <Title report={report} handle={handle} onEnter={() => editor?.commands.focus('start')} />
                    <Figures report={report} handle={handle} />
                    {failed ? <p class="form-error" role="alert">{failed}</p> : null}
                    {live && !live.ready.value ? <Skeleton lines={8} /> : null}
                    <div ref={host} class={live?.ready.value ? '' : 'not-ready'} />
                </div>
            </article>
            <Side panel={panel ?? 'evidence'} open={panel !== null} onShow={show} notes={{ comments: <ThreadCount threads={threads} />, readiness: missing + wording.items.length ? <span class="n">{missing + wording.items.length}</span> : null }}>
                {(panel ?? 'evidence') === 'details' ? <DetailsPanel report={report} handle={handle} />
                    : panel === 'ai' ? <DraftPanel report={report} live={live} />
                    : panel === 'comments' ? <CommentsPanel report={report} live={live} threads={threads} />
                    : panel === 'readiness' ? <><ReadinessPanel report={report} live={live} list={checklist} /><WordingList report={report} live={live} wording={wording} /></>
                    : panel === 'history' ? <HistoryPanel report={report} live={live} />
                        : <EvidencePanel report={report} live={live} />}
            </Side>
        </div>
    );
}

function Over({ report }: { report: Report }) {
    return (
        <p class="over">
            <span class="row">{report.incidents.map((i) => <a key={i.id} class="link" href={`/incidents/${i.reference}`} title={i.title}>{i.reference}</a>)}</span>
            <DueWords report={report} />
        </p>
    );
}

function DueWords({ report }: { report: Report }) {
    if (!report.due_at || report.state === 'published' || report.state === 'archived') return null;
    const d = dayDistance(report.due_at, Date.now());
    const words = d < 0 ? t('due_late', { day: day(report.due_at), n: -d }) : d === 0 ? t('due_today') : d === 1 ? t('due_tomorrow', { day: day(report.due_at) }) : t('due_in', { day: day(report.due_at) });
    return <span class={d < 0 ? 'late' : ''} title={inUtc(report.due_at)}>{words}</span>;
}

/** What has become of the last edit; it never says more than is known. */
function SaveLine({ live, report }: { live: LiveDocument | null; report: Report }) {
    const s = live?.state.value ?? 'connecting';
    const kept = live?.kept.value ?? false;
    const unsaved = live?.unsaved.value ?? false;
    let tone: Tone = 'idle';
    let icon: IconName | undefined;
    let words: string;
    if (s === 'saved') [icon, words] = ['check', report.can_edit ? t('saved') : t('read_only')];
    else if (s === 'saving') [icon, words] = ['refresh', t('saving')];
    else if (s === 'read_only') [icon, words] = ['lock', t('read_only')];
    else if (s === 'connecting') [icon, words] = ['refresh', t('connecting')];
    else if (s === 'signed_out') [tone, icon, words] = ['warn', 'lock', kept || !unsaved ? t('signed_out') : t('offline_not_kept')];
    else if (s === 'refused') [tone, icon, words] = [kept ? 'warn' : 'bad', 'warning', kept ? t('refused') : t('refused_not_kept')];
    else if (!unsaved) [tone, icon, words] = ['warn', 'offline', t('offline_clean')];
    else if (kept) [tone, icon, words] = ['warn', 'offline', t('offline_kept')];
    else [tone, icon, words] = ['bad', 'offline', t('offline_not_kept')];
    return <span class="save-line" role="status" data-state={s}><Status tone={tone} icon={icon}><span class="save-words">{words}</span></Status></span>;
}

function Here({ live }: { live: LiveDocument }) {
    const here = live.here.value;
    const names = here.map((h) => (h.me ? t('you') : h.name)).join(', ');
    return (
        <span class="stack" role="img" aria-label={t('here_now', { names })}>
            {here.slice(0, 6).map((h) => <Avatar key={h.id + h.name} person={{ name: h.name, avatar_color: h.color }} large here={!h.me} title={h.me ? t('you') : h.name} />)}
            {here.length > 6 && <span class="av lg">+{here.length - 6}</span>}
        </span>
    );
}

function ThreadCount({ threads }: { threads: Threads }) {
    const open = threads.data?.filter((x) => x.state === 'open') ?? [];
    return open.length ? <span class={`n ${open.some((x) => x.unread) ? 'new' : ''}`}>{open.length}</span> : null;
}

function Side({ panel, open, onShow, notes, children }: { panel: Panel; open: boolean; onShow: (p: Panel | null) => void; notes: Partial<Record<Panel, ComponentChildren>>; children?: ComponentChildren }) {
    return (
        <aside class={`dock-r ${open ? 'open' : ''}`} aria-label={t('panel')}>
            <div class="rtabs">
                <div role="tablist" aria-label={t('panel')}>{PANELS.map((p) => <button type="button" role="tab" key={p} aria-selected={p === panel} onClick={() => onShow(p)}>{t(p)}{notes[p]}</button>)}</div>
                <IconButton class="phone-only" icon="close" label={t('close_panel')} onClick={() => onShow(null)} />
            </div>
            <div class="panels" role="tabpanel" aria-label={t(panel)}>{children}</div>
        </aside>
    );
}

