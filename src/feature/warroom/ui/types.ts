/** Messages as the API sends them. */
import type * as Gen from '../../../../build/web-gen/api.gen';
import type { Person } from 'app/types';

export type Author = { name: string; id: string | null; key: string | null; avatar_color: number };
export type Reaction = { reaction: string; people: Author[]; mine: boolean };
export type Message = Omit<Gen.Message, 'author' | 'reactions' | 'mentions' | 'data' | 'pinned_by' | 'at'> & {
    author: Author; reactions: Reaction[]; mentions: Person[]; pinned_by: Person | null; at: string;
    data: { command?: string; text?: string; value?: string; person?: string };
};
export type WarRoom = Omit<Gen.WarRoom, 'here' | 'rooms' | 'import'> & {
    import: { state: 'running' | 'failed' | 'stopped'; error: string | null; done: number; total: number; by: Person | null } | null;
    here: { id: string; user: Person | null; typing: boolean }[];
    rooms: { id: string; source: string; name: string; url: string | null }[];
};
export type Proposal = { message: Message; reasons: { reason: string; detail: string | null }[]; kind: string; state: string };
