/** Named cursors of the others, in the person's colour. */
import { Extension } from '@tiptap/core';
import { yCursorPlugin } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';
import { colorOf } from '../kit/people';
import { h } from './dom';

export type AwareUser = { id: string; name: string; color: number };

/** The colours 1…6 as the protocol wants them, for clients that know no tokens: the light --who-N of tokens.css. */
export const HEX = ['#9141c2', '#0d756c', '#b04f18', '#3763b5', '#b0356f', '#5c7318'];

/** Reads what another client says about itself; a colour that is not one of ours is derived from the id. */
export function awareUser(u: unknown): AwareUser {
    const o = (u && typeof u === 'object' ? u : {}) as Record<string, unknown>;
    const id = typeof o['id'] === 'string' ? o['id'] : '';
    const name = typeof o['name'] === 'string' && o['name'] ? o['name'].slice(0, 80) : '?';
    return { id, name, color: colorOf({ id: id || name, name, avatar_color: Number(o['avatar_color']) || HEX.indexOf(String(o['color']).toLowerCase()) + 1 || undefined }) };
}

const first = (name: string) => (/^[\u3400-\u9fff]/.test(name) ? name : name.split(/\s+/)[0]!);

export const Carets = (awareness: Awareness) => Extension.create({
    name: 'carets',
    addProseMirrorPlugins() {
        return [yCursorPlugin(awareness, {
            cursorBuilder: (user: unknown) => {
                const u = awareUser(user);
                return h('span', { class: `cursor p${u.color}`, 'aria-hidden': 'true' }, h('b', {}, first(u.name)));
            },
            selectionBuilder: (user: unknown) => ({ class: `sel p${awareUser(user).color}` }),
        })];
    },
});
