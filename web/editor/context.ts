/** What the editor needs to know of the world; the screen supplies it. */
import type { Editor, AnyExtension, Range } from '@tiptap/core';
import type { IconName } from '../kit/icons';
import type { TimelineEvent } from '../src/types';

export type Uploaded = { url: string; width: number; height: number };
export type MentionHit = { kind: 'person' | 'incident' | 'follow_up' | 'report' | 'time'; id: string; label: string; note?: string; color?: number; at?: string };

export type EditorContext = {
    /** References of the incidents that the report is about, first one first. */
    incidents: () => { id: string; reference: string; title: string }[];
    upload: (file: File, progress: (part: number) => void, signal: AbortSignal) => Promise<Uploaded>;
    /** The server fetches a picture of another site and stores it, or says why not. */
    fetchImage: (url: string) => Promise<Uploaded>;
    mentions: (q: string) => Promise<MentionHit[]>;
    /** Fetches below /api/v1. */
    get: <T>(path: string, query?: Record<string, string | number | boolean>) => Promise<T>;
    /** Changes a record; says what was wrong if it was refused. What shows it hears of it by `watch`. */
    change: (path: string, change: Record<string, unknown>, version: number) => void;
    /** Who may own something. */
    people: () => Promise<{ id: string; name: string }[]>;
    /** Calls back when something about these topics changed. */
    watch: (topics: string[], f: () => void) => () => void;
    /** What an event of the timeline says, in the reader's language. */
    eventTitle: (e: TimelineEvent) => string;
    /** Asks for the fields of a new follow-up; `added` gets its reference and title. */
    addFollowUp: (title: string, added: (reference: string, title: string) => void) => void;
    /** Begins a comment on what is selected; absent where nobody may comment. */
    comment?: () => void;
    fail: (e: unknown, what: string) => void;
    /** Opens a record of ours. */
    open: (href: string) => void;
};

/** An entry of the slash menu. */
export type SlashItem = {
    id: string;
    group: 'text' | 'blocks' | 'live';
    label: () => string;
    /** More words that find it, in both languages. */
    words: string;
    icon: IconName;
    hint?: string;
    run: (editor: Editor, range: Range) => void;
};

/** One node or mark and everything about it. */
export type Piece = { extensions: AnyExtension[]; slash?: SlashItem[] };
