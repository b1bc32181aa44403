/** One open report: document, connection, the copy on this device, the editor, and what the screen shows of them. */
import { signal } from '@preact/signals';
import { api, loadSession, session, signedOut } from 'app/api';
import { backoff, subscribe } from 'app/live';
import { navigate, findRoute } from 'app/router';
import { toastError } from 'kit/toast';
import type { FollowUp, Page, Report, SearchHit, User } from 'app/types';
import type * as EditorModule from 'editor/editor';
import type { Facts, SaveState, Editor, AwareUser } from 'editor/editor';
import type { EditorContext, MentionHit, Uploaded } from 'editor/context';
import { parseTime } from 'editor/parse-time';
import { screenLoaded } from 'app/offline';
import { clockSeconds, day } from 'app/time';
import { eventTitle } from './event-words';
import { addFollowUp } from '../../followup/ui/add-layer';

type Mod = typeof EditorModule;
export type Here = AwareUser & { me: boolean };

/** While somebody types, every letter is saved a moment later: that it is, is said once this has been so for a while. */
const CALM_MS = 400;

export class LiveDocument {
    readonly state = signal<SaveState>('connecting');
    /** Everything typed is on this device's disk. */
    readonly kept = signal(false);
    readonly unsaved = signal(false);
    /** The content has arrived, from the device or the server. */
    readonly ready = signal(false);
    readonly here = signal<Here[]>([]);
    readonly facts = signal<Facts>({ sections: [], words: 0, selected: 0, cited: new Map() });
    readonly editor = signal<Editor | null>(null);
    /** Called when somebody wants to comment on what is selected. */
    onComment: () => void = () => {};
    private stops: (() => void)[] = [];
    private provider: InstanceType<Mod['Provider']> | null = null;
    private device: Awaited<ReturnType<Mod['Device']['open']>> | null = null;
    private gone = false;
    private calm: ReturnType<typeof setTimeout> | undefined;

    constructor(readonly mod: Mod, private report: Report, private readonly element: HTMLElement, private readonly label: string) {
        void this.open();
    }

    private async open(): Promise<void> {
        const { mod } = this;
        const user = session.peek()!.user!;
        const doc = new mod.Doc();
        const awareness = new mod.Awareness(doc);
        awareness.setLocalStateField('user', { id: user.id, name: user.name, color: mod.HEX[(user.avatar_color ?? 1) - 1] ?? mod.HEX[0] });
        const device = await mod.Device.open(user.id, this.report.id, doc, this.changed);
        const wasUnsaved = await device.wasUnsaved().catch(() => false);
        if (this.gone) return device.destroy();
        this.device = device;
        if (doc.getXmlFragment('default').length) this.ready.value = true;
        const editor = mod.createEditor({ element: this.element, doc, awareness, editable: this.report.can_edit, label: this.label, context: this.context() });
        const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
        const provider = new mod.Provider({
            url: `${scheme}://${location.host}/ws/reports/${this.report.id}?saved=1`, doc, awareness, wait: backoff,
            stillSignedIn: async () => {
                const ok = (await loadSession()).user !== null;
                if (!ok) signedOut.value = true;
                return ok;
            },
            onState: (s) => {
                this.show(s);
                if (s === 'signed_out') signedOut.value = true;
                editor.setEditable(this.report.can_edit && s !== 'read_only', false);
                this.changed();
            },
            onSynced: () => {
                this.ready.value = true;
                screenLoaded();
            },
        });
        this.provider = provider;
        if (wasUnsaved) provider.markUnsaved();
        this.stops.push(signedOut.subscribe((out) => { if (!out && this.state.peek() === 'signed_out') provider.connect(); }));
        const wake = () => provider.connect();
        const leaving = (e: BeforeUnloadEvent) => { if (provider.hasUnsaved && !device.kept) e.preventDefault(); };
        addEventListener('online', wake);
        addEventListener('offline', provider.lose);
        addEventListener('beforeunload', leaving);
        this.stops.push(() => removeEventListener('online', wake), () => removeEventListener('offline', provider.lose), () => removeEventListener('beforeunload', leaving));
        const people = () => {
            const now = this.peopleOf(awareness, doc.clientID), shown = this.here.peek();
            if (now.length !== shown.length || now.some((p, i) => p.id !== shown[i]!.id || p.name !== shown[i]!.name || p.color !== shown[i]!.color || p.me !== shown[i]!.me)) this.here.value = now;            /* cursors moved, nobody came */
        };
        awareness.on('change', people);
        people();
        /* What stands beside the text waits until the letter is on screen. */
        let waiting: ReturnType<typeof setTimeout> | undefined;
        const look = () => {
            waiting ??= setTimeout(() => {
                waiting = undefined;
                if (!this.gone) this.facts.value = mod.factsOf(editor);
            }, 120);
        };
        editor.on('transaction', ({ transaction }) => { if (transaction.docChanged || (transaction.selectionSet && (!transaction.selection.empty || this.facts.peek().selected > 0))) look(); });
        doc.on('update', () => this.changed());
        look();
        this.stops.push(() => clearTimeout(waiting), () => clearTimeout(this.calm), () => editor.destroy(), () => provider.destroy(), () => device.destroy(), () => awareness.destroy(), () => doc.destroy());
        this.editor.value = editor;
    }

    private show(s: SaveState): void {
        clearTimeout(this.calm);
        if (s === 'saved' && this.state.peek() === 'saving') this.calm = setTimeout(() => { this.state.value = s; }, CALM_MS);
        else this.state.value = s;
    }

    private peopleOf(awareness: InstanceType<Mod['Awareness']>, mine: number): Here[] {
        const by = new Map<string, Here>();
        for (const [client, s] of awareness.getStates()) {
            const u = this.mod.awareUser((s as Record<string, unknown>)['user']);
            const key = u.id || `${client}`;
            if (!by.has(key) || client === mine) by.set(key, { ...u, me: client === mine || by.get(key)?.me === true });
        }
        return [...by.values()].sort((a, b) => Number(a.me) - Number(b.me) || a.name.localeCompare(b.name));
    }

    private changed = (): void => {
        const unsaved = this.provider?.hasUnsaved ?? false;
        if (unsaved !== this.unsaved.peek()) {
            this.unsaved.value = unsaved;
            this.device?.setUnsaved(unsaved);
        }
        this.kept.value = this.device?.kept ?? false;
    };

    /** The record changed: rights may have, too. */
    setReport(r: Report): void {
        this.report = r;
        this.editor.peek()?.setEditable(r.can_edit && this.state.peek() !== 'read_only', false);
    }

    /** True when nothing would be lost by leaving now. */
    get safe(): boolean {
        return !this.unsaved.peek() || this.kept.peek();
    }

    /** True once everything typed is on the server's disk; false when that does not come about within ten seconds. */
    async saved(): Promise<boolean> {
        for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((r) => setTimeout(r, 50)))
            if (!this.provider?.hasUnsaved && this.state.peek() !== 'connecting') return true;
        return false;
    }

    destroy(): void {
        this.gone = true;
        for (const s of this.stops) s();
        this.stops = [];
        this.editor.value = null;
    }

    private context(): EditorContext {
        return {
            incidents: () => this.report.incidents,
            upload: (file, progress, signal) => api.upload<Uploaded>(`/reports/${this.report.id}/files?name=${encodeURIComponent(file.name || 'image')}`, file, progress, signal),
            fetchImage: (url) => api.post<Uploaded>(`/reports/${this.report.id}/files/fetch`, { url }),
            mentions: (q) => this.mentions(q),
            get: (path, query) => api.get(path, query),
            change: (path, change, version) => void api.patch(path, change, version).catch((e: unknown) => toastError(e)),
            people: () => api.get<Page<User>>('/people', { limit: 100 }).then((r) => r.items.filter((u) => !u.disabled), () => []),
            watch: (topics, f) => subscribe(topics, f),
            eventTitle,
            addFollowUp: (title, added) => addFollowUp({
                report: this.report, incident: this.report.incidents[0] ?? null, ...(title ? { title } : {}),
                onAdded: (reference) => void api.get<FollowUp>(`/follow-ups/${reference}`).then((f) => added(f.reference, f.title), (e) => toastError(e)),
            }),
            ...(this.report.can_comment ? { comment: () => this.onComment() } : {}),
            fail: (e, what) => toastError(e, what),
            open: (href) => {
                const u = new URL(href, location.href);
                if (!['http:', 'https:', 'mailto:'].includes(u.protocol)) return;
                if (u.origin === location.origin && findRoute(u.pathname)) navigate(href);
                else window.open(u.href, '_blank', 'noopener');
            },
        };
    }

    private async mentions(q: string): Promise<MentionHit[]> {
        const near = this.report.metrics.find((m) => m.key === 'started_at')?.value;
        const at = parseTime(q, typeof near === 'string' && near ? near : new Date().toISOString());
        const times: MentionHit[] = at ? [{ kind: 'time', id: at, at, label: `${day(at)} ${clockSeconds(at)}` }] : [];
        const [people, hits] = await Promise.all([
            api.get<Page<User>>('/people', { q, limit: 6 }).then((r) => r.items.filter((u) => !u.disabled), () => []),
            q ? api.get<Page<SearchHit>>('/search', { q, kind: 'incident,follow_up,report', limit: 8 }).then((r) => r.items, () => [])
                : Promise.resolve(this.report.incidents.map((i) => ({ kind: 'incident' as const, id: i.id, reference: i.reference, title: i.title }))),
        ]);
        return [...times,
            ...people.map((u): MentionHit => ({ kind: 'person', id: u.id, label: u.name, ...(u.avatar_color ? { color: u.avatar_color } : {}) })),
            ...hits.filter((x) => x.kind !== ('alert' as string)).map((x): MentionHit => ({ kind: x.kind as MentionHit['kind'], id: x.reference ?? x.id, label: `${x.reference ?? ''} ${x.title}`.trim() }))];
    }
}
